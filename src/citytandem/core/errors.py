"""What can go wrong in the domain, told in the reader's language; HTTP shows it as RFC 9457 problem details."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise


class DomainError(Exception):
    """A refusal with a reason. `code` is stable and documented; `message` is translated when it is shown."""

    status = 400

    def __init__(self, code: str, message: str | Promise, *, field: str | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.details = details

    def __str__(self) -> str:
        return str(self.message)

    def raise_unless_about_input(self) -> None:
        """For pages that show what was typed again, with the reason: other refusals (no right, not there) go on their way."""
        if self.status not in {409, 422}:
            raise self


class NotFound(DomainError):
    """There is no such thing, or the reader may not know that there is."""

    status = 404


class Gone(NotFound):
    """It was here, and whoever it belongs to has taken it back."""

    status = 410


class Forbidden(DomainError):
    """The actor may not do this."""

    status = 403


class MethodNotAllowed(DomainError):
    """The address exists, but cannot be asked in this way."""

    status = 405


class Invalid(DomainError):
    """The input does not fit; `field` names where."""

    status = 422


class Conflict(DomainError):
    """Somebody else changed it in the meantime, or it exists already."""

    status = 409


class TooMany(DomainError):
    """Tried too often; `details["retry_after"]` tells the seconds to wait."""

    status = 429


class Unavailable(DomainError):
    """A part that this needs (embedding endpoint, translator) does not answer; try again later."""

    status = 503


def retry_headers(error: DomainError) -> dict[str, str]:
    """`Retry-After` (RFC 9110, 10.2.3) where the error tells how long to wait."""
    seconds = error.details.get("retry_after")
    return {"Retry-After": str(seconds)} if seconds else {}


def problem_details(error: DomainError, *, instance: str = "") -> dict[str, Any]:
    """RFC 9457 body of an error."""
    body: dict[str, Any] = {
        "type": f"urn:citytandem:error:{error.code}",
        "title": str(error.message),
        "status": error.status,
        "code": error.code,
    }
    if error.field:
        body["errors"] = [{"field": error.field, "code": error.code, "message": str(error.message)}]
    if instance:
        body["instance"] = instance
    return body
