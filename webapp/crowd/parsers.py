"""Tables in the bodies of requests, read within bounds."""

from collections.abc import Mapping
from io import StringIO
from typing import IO, Any, Final

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.request import Request

from webapp.common.errors import ApplicationError

MOST_BYTES: Final = 32 * 1024**2


class CsvParser(BaseParser):
    """`text/csv` as it comes."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, IO[Any]]:
        """As a form with a file would be. Raises ApplicationError (413)."""
        _refuse_huge(parser_context)
        return {"file": stream}


class TableFormParser(MultiPartParser):
    """A form with a file, refused before any of it is stored."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        """Raises ApplicationError (413)."""
        _refuse_huge(parser_context)
        return super().parse(stream, media_type, parser_context)


def _refuse_huge(context: Mapping[str, Any] | None) -> None:
    """Here, as the check of the CSRF token reads the body before the view does."""
    request: Request = (context or {})["request"]
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        limit = MOST_BYTES // 1024**2
        raise ApplicationError(f"A table has {limit} MiB at most.", code="too_large", status=413)


def table_of(request: Request) -> StringIO:
    """The table in `file`, by lines. Raises ParseError when there is none, or no UTF-8."""
    form: Any = request.data
    sent = form.get("file")
    if sent is None or isinstance(sent, str):
        raise ParseError("Send the table as text/csv, or as a form with a file named file.")
    try:
        return StringIO(sent.read().decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise ParseError("The table is not UTF-8.") from error
