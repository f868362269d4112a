"""Sends the very first visitor to the page that makes the owner account."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from webapp.accounts.selectors import has_owner

_OPEN = ("/static/", "/api/", "/healthz", "/s/", "/r/", "/media/")


class FirstVisitMiddleware:
    """While nobody can sign in, every page leads to the set-up page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.settled = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        setup = reverse("setup")
        if not self.settled and not request.path.startswith((*_OPEN, setup)):
            self.settled = has_owner()
            if not self.settled:
                return HttpResponseRedirect(setup)
        return self.get_response(request)
