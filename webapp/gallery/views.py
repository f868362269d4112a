"""Pages of a signed-in person: each names its island and the props it starts with."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import ensure_csrf_cookie

from webapp.accounts.people import signed_in
from webapp.catalogue.validation import ImageFormat
from webapp.common.errors import ApplicationError, NotFound
from webapp.common.problems import failure, page_not_found
from webapp.common.problems import response as problem_response
from webapp.gallery import attribute_list, selectors
from webapp.gallery.attribute_model_page import attribute_model_page
from webapp.gallery.cropper_page import cropper_page
from webapp.gallery.forms import AttributeForm
from webapp.gallery.generator_page import generator_page
from webapp.gallery.model_kinds import model_kinds
from webapp.gallery.model_page import model_page
from webapp.registry import attributes as questions
from webapp.registry import selectors as registry
from webapp.registry.models import Attribute, ModelKind, ModelVersion

Found = TypeVar("Found")


def _island(request: HttpRequest, template: str, island: str, **props: object) -> HttpResponse:
    return render(request, template, {"island": island, "props": props})


@ensure_csrf_cookie
def gallery(request: HttpRequest) -> HttpResponse:
    """The library."""
    return _island(request, "gallery/index.html", "gallery", album=None)


@ensure_csrf_cookie
def upload(request: HttpRequest) -> HttpResponse:
    """Where pictures come in."""
    limits = {"max_bytes": settings.UPLOAD_MAX_BYTES, "formats": list(ImageFormat)}
    return _island(request, "gallery/upload.html", "upload", limits=limits)


@ensure_csrf_cookie
def artwork(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One artwork with its judgement."""
    _or_404(selectors.artwork_of, request.user, pk)
    return _island(request, "gallery/artwork.html", "artwork", id=str(pk))


@ensure_csrf_cookie
def albums(request: HttpRequest) -> HttpResponse:
    """All albums."""
    return _island(request, "gallery/albums.html", "albums")


@ensure_csrf_cookie
def album(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One album as a gallery."""
    found = _or_404(selectors.album_of, request.user, pk)
    shown = {"id": str(found.pk), "title": found.title}
    return _island(request, "gallery/album.html", "gallery", album=shown)


@ensure_csrf_cookie
def jobs(request: HttpRequest) -> HttpResponse:
    """The machine room; for everybody but staff it does not exist."""
    if not signed_in(request).is_staff:
        raise Http404
    return _island(request, "gallery/jobs.html", "jobs")


@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    """Two artworks side by side; either may still be chosen."""
    chosen = {name: _chosen(request, name) for name in ("a", "b")}
    return _island(request, "gallery/compare.html", "compare", **chosen)


@method_decorator(ensure_csrf_cookie, name="get")
class AttributesPage(View):
    """All attributes with their evidence; staff add, retire (with an undo) and bring back."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The table, and for staff the form."""
        return _attributes(request, AttributeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add the attribute of the form, or switch the one that `retire` or `restore` names."""
        if not signed_in(request).is_staff:
            raise PermissionDenied
        for action, active in (("retire", False), ("restore", True)):
            if key := request.POST.get(action):
                questions.change(_attribute(key), active=active)
                undo = "" if active else f"?{urlencode({'retired': key})}"
                return redirect(f"{reverse('attributes')}{undo}")
        form = AttributeForm(request.POST)
        if form.is_valid():
            try:
                questions.add(form.question())
            except ApplicationError as error:
                form.add_error("key", error.detail)
            else:
                return redirect("attributes")
        return _attributes(request, form, status=400)


@ensure_csrf_cookie
def model(request: HttpRequest, name: str | None = None) -> HttpResponse:
    """A model's card in words; without a name, of the scorer that judges now."""
    judge = registry.active(ModelKind.SCORER)
    version = judge if name is None else registry.any_named(name, signed_in(request))
    if name is not None and version is None:
        raise Http404
    template, shown = _model_page(version, judge)
    return render(request, template, {**shown, "kinds": model_kinds(version), "version": version})


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A problem document for programs, a page for people."""
    return page_not_found(request) or render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """A problem document for programs, a page for people; asks neither database nor session."""
    error = failure()
    if request.path.startswith(("/api/", "/healthz", "/media/", "/r/")):
        return problem_response(error)
    page = HttpResponse(get_template(f"{error.status}.html").render(), status=error.status)
    page["Retry-After"] = "2"
    return page


def _model_page(
    version: ModelVersion | None, judge: ModelVersion | None
) -> tuple[str, dict[str, object]]:
    """The template and what it shows, by what the version predicts."""
    if version is not None and version.kind == ModelKind.ATTRIBUTES:
        registered: dict[str, object] = {"registry": {"kind": ModelKind.ATTRIBUTES}}
        return "gallery/attribute_model.html", {"page": attribute_model_page(version), **registered}
    if version is not None and version.kind == ModelKind.CROPPER:
        return "gallery/cropper_model.html", {"page": cropper_page(version)}
    if version is not None and version.kind == ModelKind.GENERATOR:
        registered = {"registry": {"kind": ModelKind.GENERATOR, "about": version.name}}
        return "gallery/generator_model.html", {"page": generator_page(version), **registered}
    return "gallery/model.html", _scorer_page(version, judge)


def _scorer_page(version: ModelVersion | None, judge: ModelVersion | None) -> dict[str, object]:
    page = model_page(version) if version else None
    second = version is not None and version.kind == ModelKind.SECOND_SCORER
    registered = None if second else {"kind": ModelKind.SCORER}
    return {"page": page, "active": judge, "second": second, "registry": registered}


def _attributes(request: HttpRequest, form: AttributeForm, *, status: int = 200) -> HttpResponse:
    staff = signed_in(request).is_staff
    rows = [row for row in attribute_list.attribute_list() if staff or row.attribute.active]
    asked = request.GET.get("retired")
    retired = (row.attribute for row in rows if not row.attribute.active)
    shown = {
        "groups": attribute_list.by_family(rows),
        "form": form if staff else None,
        "model": registry.active(ModelKind.ATTRIBUTES),
        "undo": next((each for each in retired if each.key == asked), None),
    }
    return render(request, "gallery/attributes.html", shown, status=status)


def _attribute(key: str) -> Attribute:
    try:
        return registry.attribute_of(key, retired=True)
    except NotFound as error:
        raise Http404 from error


def _chosen(request: HttpRequest, name: str) -> str | None:
    """The id of a visible artwork that the query names. Raises Http404 for any other."""
    asked = request.GET.get(name)
    if not asked:
        return None
    try:
        pk = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    return str(_or_404(selectors.artwork_of, request.user, pk).pk)


def _or_404(read: Callable[..., Found], user: object, pk: UUID) -> Found:
    try:
        return read(user, pk)
    except NotFound as error:
        raise Http404 from error
