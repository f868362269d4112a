"""Pictures of a snapshot, for staff, whoever owns them."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from webapp.accounts.models import Scope
from webapp.catalogue.models import RenditionSize
from webapp.common import problems
from webapp.common.errors import ApplicationError
from webapp.gallery.media import ASK_FIRST, rendition_response, viewer_of
from webapp.training.models import Snapshot
from webapp.training.usable import usable


@login_not_required  # led to sign-in below, unless a token says who it is
@require_safe
def picture(request: HttpRequest, pk: UUID, sha256: str) -> HttpResponseBase:
    """The small display file of a picture that is still there, and allowed."""
    try:
        viewer = viewer_of(request, Scope.ADMIN)
    except ApplicationError as error:
        return problems.response(error)
    if viewer is None or not viewer.is_authenticated:
        return redirect_to_login(request.get_full_path())
    snapshot = Snapshot.objects.visible_to(viewer).filter(pk=pk).only("spec").first()
    if snapshot is None or "\0" in sha256:  # no text of Postgres
        raise Http404
    found = usable(snapshot).filter(sha256=sha256).select_related("artwork").first()
    if found is None or found.artwork is None:
        raise Http404
    answer = rendition_response(request, found.artwork, RenditionSize.SMALL, "webp")
    answer["Cache-Control"] = ASK_FIRST  # its owner may delete it
    return answer
