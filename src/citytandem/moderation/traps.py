"""What tells people from programs in a form: a field that people leave empty, and the time at which they saw the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

from citytandem.core.throttle import address_of

# Names that a program likes to fill in, and that no browser fills in by itself.
HONEYPOT, SHOWN_AT = "your_website", "shown_at"
_SALT = "moderation.trap"
# Whoever leaves a form open for longer than a day is told nothing by its age.
_OLDEST = 86_400


@dataclass(frozen=True, slots=True)
class Trace:
    """What came with a form beside its words. `shown_at`: the signed time at which the form was shown."""

    honeypot: str = ""
    shown_at: str = ""
    address: str = ""


def trace_of(request: HttpRequest) -> Trace:
    """What the include `moderation/parts/trap.html` put into the form that was sent."""
    return Trace(
        honeypot=request.POST.get(HONEYPOT, "")[:200],
        shown_at=request.POST.get(SHOWN_AT, "")[:200],
        address=address_of(request),
    )


def signed_now() -> str:
    """The present time, for the form."""
    return signing.TimestampSigner(salt=_SALT).sign("")


def seconds_to_write(trace: Trace, *, now: float) -> float | None:
    """How long the form was open; None if it does not say, or was not ours."""
    if not trace.shown_at:
        return None
    signer = signing.TimestampSigner(salt=_SALT)
    try:
        signer.unsign(trace.shown_at, max_age=_OLDEST)
        shown = signing.b62_decode(trace.shown_at.rsplit(signer.sep, 2)[1])
    except (signing.BadSignature, ValueError, IndexError):
        return None
    return max(0.0, now - shown)
