"""What every page knows: the signed-in person, limits and where the socket is."""

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Context processor; filled in by webapp.gallery.selectors."""
    return {}
