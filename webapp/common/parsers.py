"""Bodies of API requests, read within bounds."""

import json
from collections.abc import Mapping
from typing import IO, Any, Final

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from webapp.common.errors import ApplicationError

MAX_JSON: Final = 1024**2  # ten thousand ids take less than half of it


class BoundedJSONParser(JSONParser):
    """JSON up to a megabyte, however deep it claims to be."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The document. Raises ParseError, or ApplicationError (413) for one that is too long."""
        request = (parser_context or {})["request"]
        if int(request.META["CONTENT_LENGTH"]) > MAX_JSON:
            raise ApplicationError("The body is too long.", code="too_large", status=413)
        try:
            document = super().parse(stream, media_type, parser_context)
            json.dumps(document, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("JSON parse error - too many levels.") from None
        except UnicodeEncodeError:  # half a character, which no answer could repeat
            raise ParseError("JSON parse error - a lone surrogate.") from None
        return document
