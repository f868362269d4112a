"""Resumable uploads over tus 1.0, and the question which files are here already."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.models import User
from webapp.catalogue.chunks import Readable
from webapp.catalogue.models import Artwork, Upload
from webapp.common.errors import ApplicationError
from webapp.gallery import receiving, tus


class Unparsed(BaseParser):
    """Leaves every body for the view to read as a stream."""

    media_type = "*/*"

    def parse(self, *_args: object, **_options: object) -> dict[str, str]:
        """Nothing: no form field is looked for in the bytes of a picture."""
        return {}


class TusView(APIView):
    """What every address of the protocol shares: version, headers, streamed bodies."""

    parser_classes = [Unparsed]
    schema = None  # the protocol is its own document

    def get_permissions(self) -> Sequence[Any]:
        """Everybody may ask what the server can do."""
        return [AllowAny()] if self.request.method == "OPTIONS" else super().get_permissions()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign-in first, then the version."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS":
            tus.require_version(request.headers.get("Tus-Resumable"))

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What the server can do."""
        headers = tus.capabilities(settings.UPLOAD_MAX_BYTES)
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Every answer, refusals included, names the version and is not to be cached."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = tus.VERSION
        answer["Cache-Control"] = "no-store"
        if answer.status_code == status.HTTP_412_PRECONDITION_FAILED:
            answer["Tus-Version"] = tus.VERSION
        return answer


class Uploads(TusView):
    """Where uploads begin."""

    def post(self, request: Request) -> Response:
        """Begin an upload, with its first bytes when there is a body."""
        if request.headers.get("Upload-Defer-Length") is not None:
            raise ApplicationError("Send Upload-Length at once.", code="invalid_header")
        length = tus.number("Upload-Length", request.headers.get("Upload-Length"))
        metadata = tus.metadata(request.headers.get("Upload-Metadata"))
        has_body = _announced(request) != 0
        checksum = tus.checksum(request.headers.get("Upload-Checksum"))
        if has_body:
            tus.require_body_type(request.content_type or "")
            _require_fit(request, length)
        upload = receiving.begin(_person(request), length=length, metadata=metadata)
        if has_body:
            upload = receiving.receive(upload, _body(request), offset=0, checksum=checksum)
        location = {"Location": reverse("api-upload", args=[upload.pk])}
        return _progress(upload, status.HTTP_201_CREATED, **location)


class UploadDetail(TusView):
    """One upload."""

    def head(self, request: Request, pk: UUID) -> Response:
        """How far it is."""
        upload = receiving.find(_person(request), pk)
        return _progress(upload, status.HTTP_200_OK, **tus.description(upload))

    def patch(self, request: Request, pk: UUID) -> Response:
        """More bytes."""
        tus.require_body_type(request.content_type or "")
        offset = tus.number("Upload-Offset", request.headers.get("Upload-Offset"))
        checksum = tus.checksum(request.headers.get("Upload-Checksum"))
        upload = receiving.find(_person(request), pk)
        _require_fit(request, upload.length - min(offset, upload.length))
        upload = receiving.receive(upload, _body(request), offset=offset, checksum=checksum)
        return _progress(upload, status.HTTP_204_NO_CONTENT)

    def delete(self, request: Request, pk: UUID) -> Response:
        """End it; an artwork that it became stays."""
        receiving.discard(_person(request), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def post(self, request: Request, pk: UUID) -> Response:
        """For programs behind proxies that know no PATCH: X-HTTP-Method-Override."""
        method = request.headers.get("X-HTTP-Method-Override", "").upper()
        handlers = {"PATCH": self.patch, "DELETE": self.delete, "HEAD": self.head}
        if method not in handlers:
            raise MethodNotAllowed("POST")
        return handlers[method](request, pk)


class CheckSerializer(serializers.Serializer[Any]):
    """SHA-256 sums of files that somebody may upload."""

    sha256 = serializers.ListField(
        child=serializers.RegexField(r"\A[0-9a-f]{64}\Z"), max_length=1000
    )


class ExistingSerializer(serializers.Serializer[Any]):
    """Which of them are in the caller's library: the artwork by sum."""

    existing = serializers.DictField(child=serializers.UUIDField())


class UploadsCheck(APIView):
    """Asked before bytes are sent, so that a duplicate costs nothing."""

    @extend_schema(request=CheckSerializer, responses=ExistingSerializer)
    def post(self, request: Request) -> Response:
        """Only the caller's own artworks are looked at: other libraries stay unknown."""
        asked = CheckSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        library = Artwork.objects.visible_to(request.user)
        found = library.filter(original__in=asked.validated_data["sha256"])
        return Response({"existing": dict(found.values_list("original_id", "pk"))})


def _person(request: Request) -> User:
    return cast(User, request.user)  # permissions let nobody else through


def _announced(request: Request) -> int | None:
    """The body's length; None when it comes in chunks of unknown number."""
    sent = request.META.get("CONTENT_LENGTH")
    if sent:
        return tus.number("Content-Length", str(sent))
    return None if request.headers.get("Transfer-Encoding") else 0


def _require_fit(request: Request, room: int) -> None:
    if (_announced(request) or 0) > room:
        raise ApplicationError(
            f"The body is longer than the {room} bytes that are missing.",
            code="too_large",
            status=413,
        )


def _body(request: Request) -> Readable:
    """The body as it comes. Django reads no body without a length, the server behind it does."""
    plain = cast(WSGIRequest, request._request)  # noqa: SLF001  # DRF's way to the plain request
    body = plain if _announced(request) is not None else plain.environ["wsgi.input"]
    return cast(Readable, body)


def _progress(upload: Upload, code: int, **headers: str) -> Response:
    return Response(status=code, headers={**tus.progress(upload), **headers})


urls = [
    path("uploads", Uploads.as_view(), name="api-uploads"),
    path("uploads/check", UploadsCheck.as_view(), name="api-uploads-check"),
    path("uploads/<uuid:pk>", UploadDetail.as_view(), name="api-upload"),
]
