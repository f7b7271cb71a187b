"""The automatic check of a text with the filters and the country of this node: what it finds, as reasons of a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.core.cache import cache
from django.utils.functional import Promise

from citytandem.accounts.contract import Actor, departments
from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.moderation import screening
from citytandem.moderation.filters import Filters, compile_filters
from citytandem.moderation.pii import find
from citytandem.moderation.reasons import PERSONAL, label_of
from citytandem.moderation.spam import Signals
from citytandem.moderation.traps import Trace, seconds_to_write

_COUNTRY_KEY = "moderation.country"
# Where nobody says in which country the city lies, the one in which most people speak its language.
_COUNTRIES = {
    "de": "DE", "en": "IE", "fr": "FR", "it": "IT", "nl": "NL", "pl": "PL", "ro": "RO", "el": "GR", "bg": "BG",
}  # fmt: skip
_asked: list[Callable[[], str]] = []


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `start` and `end` are None where the whole text is meant."""

    code: str
    start: int | None = None
    end: int | None = None


def register_country(country: Callable[[], str]) -> None:
    """Who knows in which country this city lies (ISO 3166, empty: not known); the last registration counts."""
    _asked[:] = [country]


def findings_in(text: str, *, language: str, trace: Trace, sent: int = 0, recent: Sequence[int] = ()) -> list[Found]:
    """What the check finds; empty: nothing that a person has to look at.

    `sent`: texts of the same sender within the hour before; `recent`: fingerprints of other texts of the last days.
    """
    node = this_node()
    signals = Signals(
        honeypot=bool(trace.honeypot),
        seconds=seconds_to_write(trace, now=clock.now().timestamp()),
        recent=recent,
        sent=sent,
    )
    told = screening.screen(
        text,
        language=language,
        country=country_here(),
        filters=_filters(node.blocked_words, node.blocked_hosts),
        signals=signals,
        public_contacts=public_contacts(),
    )
    found: list[Found] = []
    for reason in told.reasons:
        if reason.code == screening.SPAM:
            found += [Found(f"{screening.SPAM}.{span.what}") for span in reason.spans]
        elif reason.code == screening.PII:
            found += [Found(f"{screening.PII}.{span.what}", span.start, span.end) for span in reason.spans]
        else:
            found += [Found(reason.code, span.start, span.end) for span in reason.spans]
    return found


def personal_data_in(text: str, language: str, by: Actor) -> list[str | Promise]:
    """Which kinds of personal data stand in a text, in words; for what is refused, not held.

    As with what is held, staff and moderators are people who decide themselves.
    """
    if by.is_staff or by.moderates:
        return []
    found = find(text, language=language, country=country_here(), public_contacts=public_contacts())
    return [label_of(f"{PERSONAL}.{kind}") for kind in dict.fromkeys(finding.kind for finding in found)]


def public_contacts() -> list[str]:
    """How departments can be reached, which their pages tell everybody."""
    return [contact for one in departments() for contact in (one.email, one.telephone) if contact]


@lru_cache(maxsize=8)
def _filters(words: str, hosts: str) -> Filters:
    """Made once for what the administrator has typed: one entry a line."""
    return compile_filters(words.splitlines(), [line.strip() for line in hosts.splitlines() if line.strip()])


def country_here() -> str:
    """In which country this city lies, for numbers without a country's code."""
    known: str | None = cache.get(_COUNTRY_KEY)
    if known is None:
        known = next((country() for country in _asked), "") or _COUNTRIES.get(this_node().language, "DE")
        cache.set(_COUNTRY_KEY, known, 60)
    return known
