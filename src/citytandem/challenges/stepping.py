"""Between the funnel and a step: which proposals somebody chose, which steps can follow, what their senders are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import override

from citytandem.accounts.contract import Actor
from citytandem.challenges.funnel_pages import steps_now
from citytandem.challenges.models import Challenge
from citytandem.challenges.notices import step_parameters
from citytandem.challenges.notices_words import STEP
from citytandem.challenges.proposal_pages import Row, row_of
from citytandem.challenges.reading_proposals import sender_languages
from citytandem.challenges.selectors import visible_proposals
from citytandem.challenges.services.steps import MOST_AT_ONCE, Seen, standing_at
from citytandem.core import clock
from citytandem.core.languages import LANGUAGES
from citytandem.core.text import clean_text
from citytandem.notifications.contract import Paragraph, word
from citytandem.search.detect import detect_language

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Selection:
    """Proposals that were ticked, or all at the step `all_at`. `rows`: the first of them; `seen`: how many, and when."""

    ids: Sequence[UUID]
    rows: Sequence[Row]
    all_at: str
    seen: Seen
    steps: Sequence[tuple[str, str]]

    @property
    def more(self) -> int:
        """How many are not shown one by one."""
        return self.seen.count - len(self.rows)


def selection_of(actor: Actor, challenge: Challenge, sent: Any, *, reader: str) -> Selection:
    """What a form of the funnel names; what is no proposal of this challenge is not part of it."""
    all_at, now = str(sent.get("all", "")), clock.now()
    rows = visible_proposals(actor, challenge).select_related("organisation").order_by("step_since", "id")
    if all_at:
        standing = standing_at(challenge.id, all_at).filter(step_since__lte=now)
        count, ids = standing.count(), list(standing.values_list("id", flat=True)[:MOST_AT_ONCE])
        found = list(rows.filter(step=all_at)[:_SHOWN])
        steps = steps_now(challenge, [all_at]) if count else []
    else:
        chosen = list(rows.filter(id__in=_ids(sent.getlist("id"))))
        count, ids, found = len(chosen), [row.id for row in chosen], chosen
        steps = steps_now(challenge, {row.step for row in chosen})
    shown = [row_of(row, actor=actor, reader=reader) for row in found]
    return Selection(ids, shown, all_at, Seen(count, now), steps)


def seen_by(sent: Any) -> Seen | None:
    """What the form says that its sender saw; None where it says nothing that can be read."""
    try:
        at = datetime.fromisoformat(str(sent.get("seen_at", "")))
        return Seen(int(str(sent.get("count", ""))[:9]), at) if at.tzinfo is not None else None
    except ValueError:
        return None


def _ids(told: Sequence[str]) -> list[UUID]:
    found = []
    for one in told:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Letter:
    """What senders are told, in one language, and how many read it."""

    language: str
    people: int
    subject: str
    body: Sequence[Paragraph]


def letters_of(selection: Selection, *, step: str, reason: str) -> list[Letter]:
    """What the senders are going to be told, in each of their languages; the most read one first."""
    told = clean_text(reason)
    language = detect_language(told)
    title = selection.rows[0].title.text if selection.rows else ""
    letters = []
    for code, people in sorted(sender_languages(selection.ids).items(), key=lambda one: (-one[1], one[0])):
        spoken = code if code in LANGUAGES else "en"
        with override(spoken):
            wording = word(STEP, {**step_parameters(step, reason=told, language=language), "title": title})
        letters.append(Letter(spoken, people, wording.subject, wording.body))
    return letters
