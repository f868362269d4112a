"""RFC 9457 problem documents for every error of the API."""

import sys
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from ml.contracts.crops import CropError
from webapp.common.errors import ApplicationError, NotFound

CONTENT_TYPE = "application/problem+json"
_TITLES = {
    400: "Not acceptable as it is",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Cannot answer in that form",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported type",
    429: "Too many requests",
    500: "Our fault",
    503: "Back in a moment",
}
# SQLSTATE of a transaction that was rolled back for another's sake: serialization, deadlock, lock.
_GAVE_WAY = ("40001", "40P01", "55P03")


def body(status: int, code: str, detail: str, **extra: object) -> dict[str, Any]:
    """The members of a problem document."""
    title = _TITLES.get(status, "Refused")
    return {"type": "about:blank", "title": title, "status": status, "code": code,
            "detail": detail, **extra}  # fmt: skip


def response(error: ApplicationError) -> JsonResponse:
    """An ApplicationError as a plain Django response."""
    answer = JsonResponse(
        body(error.status, error.code, error.detail, **error.extra),
        status=error.status,
        content_type=CONTENT_TYPE,
    )
    if error.status == 503:
        answer["Retry-After"] = "2"
    return answer


def failure() -> ApplicationError:
    """What to tell about the exception that is being handled: away for a moment, or our fault.

    Of ``collided`` nothing was kept: the same request may be sent again, whatever it asks for.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return ApplicationError(
            "Something broke on our side. The operator finds the reason in the log.",
            code="server_error",
            status=500,
        )
    if getattr(error.__cause__, "pgcode", None) in _GAVE_WAY:
        return ApplicationError(
            "This met another change and gave way to it. Nothing of it was kept; try again.",
            code="collided",
            status=503,
        )
    return ApplicationError(
        "The database is away for a moment. Try again; what was accepted is safe.",
        code="unavailable",
        status=503,
    )


def page_not_found(request: HttpRequest) -> HttpResponse | None:
    """A problem document for unknown API addresses; None for pages."""
    return response(NotFound()) if request.path.startswith("/api/") else None


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: our errors, refused crops, Django's and DRF's own errors in one form."""
    if isinstance(error, ApplicationError):
        return _problem(error.status, error.code, error.detail, **error.extra)
    if isinstance(error, CropError):
        return _problem(400, error.code, str(error))
    if isinstance(error, Http404):
        return _problem(404, "not_found", NotFound().detail)
    if isinstance(error, PermissionDenied):
        return _problem(403, "forbidden", "You may not do this.")
    if isinstance(error, exceptions.ValidationError):
        return _problem(400, "invalid", "Some fields are not valid.", errors=error.detail)
    answered = drf_handler(error, context)
    if answered is None or not isinstance(error, exceptions.APIException):
        return None
    codes = error.get_codes()
    problem = _problem(
        answered.status_code, codes if isinstance(codes, str) else "invalid", str(error.detail)
    )
    for name in ("WWW-Authenticate", "Retry-After"):
        if answered.has_header(name):
            problem[name] = answered[name]
    return problem


def _problem(status: int, code: str, detail: str, **extra: object) -> Response:
    return Response(body(status, code, detail, **extra), status=status, content_type=CONTENT_TYPE)
