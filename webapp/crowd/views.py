"""Pages of campaigns and of one's own ratings: each names its island and its props."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie

from webapp.accounts.people import signed_in
from webapp.common.errors import NotFound
from webapp.crowd.guests import account_of, find_rater
from webapp.crowd.serializers_campaigns import AlbumChoiceSerializer, AskedAttributeSerializer
from webapp.gallery.selectors import albums_of
from webapp.ratings import selectors
from webapp.ratings.models import Campaign
from webapp.registry import selectors as registry


def _island(request: HttpRequest, template: str, island: str, **props: object) -> HttpResponse:
    return render(request, template, {"island": island, "props": props})


@ensure_csrf_cookie
def campaigns(request: HttpRequest) -> HttpResponse:
    """What asks for the reader's eye, and what they run."""
    return _island(request, "crowd/campaigns.html", "campaigns")


@ensure_csrf_cookie
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Make one."""
    return _edit(request, None)


@ensure_csrf_cookie
def campaign_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change one's own."""
    return _edit(request, _or_404(selectors.own_campaign, request, pk))


@login_not_required  # guests see what came out; everybody else is led to sign-in below
@ensure_csrf_cookie
def campaign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dashboard for its organiser; for others what it is about, and its results."""
    if account_of(request) is None:
        rater = find_rater(request, pk)
        if rater is None:
            return redirect_to_login(request.get_full_path())
        if rater.campaign.revealed_at is None:
            return redirect("rate", pk)
        return _island(request, "crowd/campaign.html", "campaign", id=str(pk), organiser=False)
    found = _or_404(selectors.campaign_of, request, pk)
    own = found.organiser_id == signed_in(request).pk
    return _island(request, "crowd/campaign.html", "campaign", id=str(found.pk), organiser=own)


@ensure_csrf_cookie
def my_ratings(request: HttpRequest) -> HttpResponse:
    """The reader's own cards, everything about them to take along, and erasing it."""
    return _island(request, "crowd/mine.html", "my-ratings")


def _edit(request: HttpRequest, found: Campaign | None) -> HttpResponse:
    return _island(
        request,
        "crowd/edit.html",
        "campaign-edit",
        id=str(found.pk) if found else None,
        attributes=AskedAttributeSerializer(registry.attributes(), many=True).data,
        albums=AlbumChoiceSerializer(albums_of(signed_in(request)), many=True).data,
    )


def _or_404(read: Callable[..., Campaign], request: HttpRequest, pk: UUID) -> Campaign:
    try:
        return read(request.user, pk)
    except NotFound as error:
        raise Http404 from error
