"""Answer with the bytes of a blob: conditional, in ranges, streamed, and harmless to a browser."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from webapp.catalogue import blobs
from webapp.catalogue.models import Blob

IN_ONE_PIECE = 1024**2  # what is smaller is answered from memory

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class UnsatisfiableError(Exception):
    """The range lies outside of the file."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to `stop`."""

    start: int
    stop: int


def blob_response(
    request: HttpRequest, blob: Blob, *, content_type: str, cache: str
) -> HttpResponseBase:
    """200, 206, 304, 412 or 416. The storage is asked only for bytes that are sent."""
    etag = f'"{blob.sha256}"'
    unchanged = not_modified(request, etag, cache)
    if unchanged is not None:
        return unchanged
    try:
        span = _asked(request, etag, blob.size)
    except UnsatisfiableError:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{blob.size}"
        return guarded(response, content_type=content_type, etag=etag, cache=cache)
    answer = _answer(request, blob, span or Span(0, blob.size))
    if span is not None:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{blob.size}"
    answer["Accept-Ranges"] = "bytes"
    return guarded(answer, content_type=content_type, etag=etag, cache=cache)


def not_modified(request: HttpRequest, etag: str, cache: str) -> HttpResponseBase | None:
    """304 or 412 when the caller's conditions say so, else None."""
    answer = get_conditional_response(request, etag=etag)
    if answer is not None:
        answer["ETag"] = etag
        answer["Cache-Control"] = cache
    return answer


def guarded(
    response: HttpResponseBase, *, content_type: str, etag: str, cache: str
) -> HttpResponseBase:
    """Our own type, never sniffed; no script, even when somebody opens the file as a page."""
    response["Content-Type"] = content_type
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = cache
    response["ETag"] = etag
    return response


def parse_range(sent: str, size: int) -> Span | None:
    """The one range that was asked for; None when it is to be ignored (RFC 9110, 14.2).

    Several ranges at once are answered with the whole file. Raises UnsatisfiableError.
    """
    match = _RANGE.fullmatch(sent.strip().lower())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= size or start >= stop:
        raise UnsatisfiableError
    return Span(start, stop)


def _asked(request: HttpRequest, etag: str, size: int) -> Span | None:
    sent = request.headers.get("Range")
    if sent is None or request.method != "GET":
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None  # the caller holds a part of something else
    return parse_range(sent, size)


def _answer(request: HttpRequest, blob: Blob, span: Span) -> HttpResponseBase:
    length = span.stop - span.start
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse()
    elif length <= IN_ONE_PIECE:
        answer = HttpResponse(b"".join(blobs.stream(blob, span.start, span.stop)))
    else:
        answer = StreamingHttpResponse(blobs.stream(blob, span.start, span.stop))
    answer["Content-Length"] = str(length)
    return answer
