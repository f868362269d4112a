"""The page of the studio: its island and the props it starts with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from webapp.accounts.people import signed_in
from webapp.generation.serializers_generators import GeneratorsSerializer
from webapp.generation.studio import studio_of


@ensure_csrf_cookie
def studio(request: HttpRequest) -> HttpResponse:
    """Make pictures by category and by how people would judge them."""
    props = {"studio": GeneratorsSerializer(studio_of(signed_in(request))).data}
    shown = {"island": "generation-studio", "props": props}
    return render(request, "generation/studio.html", shown)
