"""Pages, API and media."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.config.settings")
# Threads that come back from the database wait for the interpreter this long at most: with 5 ms,
# the default, twenty who vote at once wait behind each other (python -m bench.crowd).
sys.setswitchinterval(0.001)
application = get_wsgi_application()
