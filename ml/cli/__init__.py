"""The command line: one file a command, each with ``add`` and ``run``."""
