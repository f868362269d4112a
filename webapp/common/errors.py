"""The error that carries its meaning to the user: status, code and a sentence."""


class ApplicationError(Exception):
    """A refusal with a reason. `code` is for programs, `detail` says who must do what."""

    status = 400
    code = "invalid"

    def __init__(
        self, detail: str, *, code: str | None = None, status: int | None = None, **extra: object
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.status = status or self.status
        self.extra = extra


class NotFound(ApplicationError):
    """Absent, or not the caller's to see: the two look the same from outside."""

    status = 404
    code = "not_found"

    def __init__(self, detail: str = "There is nothing here that you can see.") -> None:
        super().__init__(detail)


class Conflict(ApplicationError):
    """The row is not in a state that allows the change."""

    status = 409
    code = "conflict"
