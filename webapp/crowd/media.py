"""Pictures of a campaign for those who rate it, run it, or look at its results."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.catalogue.models import Artwork, RenditionSize
from webapp.common import problems
from webapp.common.errors import ApplicationError
from webapp.crowd.guests import find_rater, remembered
from webapp.gallery.media import ASK_FIRST, rendition_response, viewer_of
from webapp.ratings.models import Assignment, Campaign, Entry, EntryRole


@login_not_required  # guests may see what they are asked about
@require_safe
def entry_file(
    request: HttpRequest, pk: UUID, entry_id: UUID, size: str, ext: str
) -> HttpResponseBase:
    """A display file of an entry. 404 for whoever may not see it."""
    try:
        viewer = viewer_of(request)
    except ApplicationError as error:
        return problems.response(error)
    user = viewer if isinstance(viewer, User) else None
    if user is None and not remembered(request):
        return redirect_to_login(request.get_full_path())
    entry = Entry.objects.select_related("artwork", "campaign").filter(campaign=pk, pk=entry_id)
    found = entry.first()
    if found is None or found.artwork is None or found.artwork.deleted_at is not None:
        raise Http404
    if not _may_see(request, user, found):
        raise Http404
    return _file(request, found.artwork, size, ext)


def _may_see(request: HttpRequest, user: User | None, entry: Entry) -> bool:
    """Who runs it or submitted it; a rater who was asked about it; everybody after the reveal."""
    if user is not None and user.pk in (entry.campaign.organiser_id, entry.submitted_by_id):
        return True
    rater = find_rater(request, entry.campaign_id, user=user)
    if rater is not None:
        if entry.role != EntryRole.ENTRY or entry.campaign.revealed_at is not None:
            return True
        asked = Assignment.objects.filter(rater=rater, entries__contains=[entry.pk])
        return asked.exists()
    revealed = entry.campaign.revealed_at is not None
    visible = Campaign.objects.visible_to(user).filter(pk=entry.campaign_id)
    return revealed and visible.exists()


def _file(request: HttpRequest, artwork: Artwork, size: str, ext: str) -> HttpResponseBase:
    """The large file comes a little after the upload; until then the medium one stands in."""
    try:
        return rendition_response(request, artwork, size, ext)
    except Http404:
        if size != RenditionSize.LARGE:
            raise
        answer = rendition_response(request, artwork, RenditionSize.MEDIUM, ext)
        answer["Cache-Control"] = ASK_FIRST
        return answer
