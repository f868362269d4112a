"""What every page knows: the signed-in person, upload limits and where the socket is."""

from django.conf import settings
from django.http import HttpRequest

from webapp.catalogue.validation import ImageFormat
from webapp.events.selectors import last_seq


def live_url(request: HttpRequest) -> str:
    """The socket's address: LIVE_URL, else this host on LIVE_PORT."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    scheme = "wss" if request.is_secure() else "ws"
    host = request.get_host().rsplit(":", 1)[0] if _has_port(request) else request.get_host()
    return f"{scheme}://{host}:{settings.LIVE_PORT}/ws/live/"


def _has_port(request: HttpRequest) -> bool:
    return not request.get_host().endswith("]") and ":" in request.get_host()


def site(request: HttpRequest) -> dict[str, object]:
    """Context processor: `page_site` goes to the scripts, the rest to the templates."""
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    address = live_url(request)
    shown = {
        "user": person
        and {"name": person.get_full_name(), "email": person.email, "is_staff": person.is_staff},
        "live_url": address,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "limits": {
            "max_bytes": settings.UPLOAD_MAX_BYTES,
            "max_pixels": settings.UPLOAD_MAX_PIXELS,
            "formats": list(ImageFormat),
        },
        "last_seq": last_seq(person.pk) if person else 0,
    }
    # Not named `site`: sign-in pages put their own object under that name.
    return {"page_site": shown, "live_url": address, "signup_open": settings.SIGNUP == "open"}
