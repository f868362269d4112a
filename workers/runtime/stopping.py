"""Whether this worker was told to stop: set in the parent of the pool, seen by its children."""

import multiprocessing

stopping = multiprocessing.get_context("fork").Event()
