"""The socket server's one address, behind origin check and sign-in."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from webapp.live.consumers import LiveConsumer

_consumer: Any = LiveConsumer.as_asgi()  # the stubs know neither path() nor ASGI 3 here
urls: list[Any] = [path("ws/live/", _consumer, name="live")]
_open: Any = AuthMiddlewareStack(URLRouter(urls))
_from_our_pages: Any = AllowedHostsOriginValidator(_open)


async def _socket(scope: Any, receive: Any, send: Any) -> None:
    """Cookies need one of our pages as origin; a bearer token is proof by itself."""
    bearer = any(name == b"authorization" for name, _ in scope["headers"])
    await (_open if bearer else _from_our_pages)(scope, receive, send)


application = ProtocolTypeRouter({"websocket": _socket})
