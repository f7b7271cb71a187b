"""What happens with a text before anybody reads it: nothing, or it waits for a person, or it is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from citytandem.moderation.filters import REFUSE as REFUSE_RULE
from citytandem.moderation.filters import Filters, Match
from citytandem.moderation.pii import Finding, find
from citytandem.moderation.spam import Signals, SpamVerdict, judge

FINE, HOLD, REFUSE = "fine", "hold", "refuse"
PII, WORDS, LINKS, SPAM = "pii", "words", "links", "spam"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of the text that a reason is about."""

    start: int
    end: int
    what: str


@dataclass(frozen=True, slots=True)
class ScreeningReason:
    """Why a text is not fine: `pii`, `words`, `links` or `spam`, and where; `what` is a kind, a rule or a sign."""

    code: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Screening:
    """verdict: `fine`; `hold`: hidden until a person decides; `refuse`: not taken, the writer is told why."""

    verdict: str
    reasons: tuple[ScreeningReason, ...]
    findings: tuple[Finding, ...]
    matched: tuple[Match, ...]
    spam: SpamVerdict


_NO_FILTERS = Filters()
_NO_SIGNALS = Signals()


def screen(
    text: str,
    *,
    language: str = "",
    country: str = "DE",
    filters: Filters = _NO_FILTERS,
    signals: Signals = _NO_SIGNALS,
    public_names: Iterable[str] = (),
    public_contacts: Iterable[str] = (),
) -> Screening:
    """Personal data (of the writer or of others), filtered words and links, and spam. Never raises.

    A text with personal data is held, not published in masked form: a machine does not decide what is said in public.
    """
    findings = tuple(
        find(text, language=language, country=country, public_names=public_names, public_contacts=public_contacts)
    )
    matched = tuple(filters.check(text))
    spam = judge(text, signals=signals)
    reasons = _reasons(text, findings=findings, matched=matched, spam=spam)
    refused = any(match.severity == REFUSE_RULE for match in matched)
    return Screening(
        verdict=REFUSE if refused else HOLD if reasons else FINE,
        reasons=reasons,
        findings=findings,
        matched=matched,
        spam=spam,
    )


def _reasons(
    text: str, *, findings: tuple[Finding, ...], matched: tuple[Match, ...], spam: SpamVerdict
) -> tuple[ScreeningReason, ...]:
    spans = {
        PII: tuple(Span(f.start, f.end, f.kind) for f in findings),
        WORDS: tuple(Span(m.start, m.end, m.rule) for m in matched if m.kind == "word"),
        LINKS: tuple(Span(m.start, m.end, m.rule) for m in matched if m.kind == "link"),
        SPAM: tuple(Span(0, len(text), reason.code) for reason in spam.reasons) if spam.is_spam else (),
    }
    return tuple(ScreeningReason(code, found) for code, found in spans.items() if found)
