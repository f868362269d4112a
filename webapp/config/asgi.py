"""The socket server: only /ws/ lives here, pages are on WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.config.settings")
get_asgi_application()  # loads the apps before routing imports models

from webapp.live.routing import application as application  # noqa: E402
