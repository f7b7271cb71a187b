"""The innovation unit's desk for challenges in the reader's words: what waits for whom, and the one link that goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import Actor
from citytandem.challenges.reading_desk import Waiting, Waits, waits_read
from citytandem.core import clock
from citytandem.core.versions import Reading, read


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits. `days`: for so long, negative: so many days ahead; `note`: what else there is to know."""

    title: Reading
    challenge: Reading | None
    path: str
    days: int
    waits: str
    note: str
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What waits for one kind of work. `total`: of which `rows` are the oldest."""

    key: str
    label: str
    hint: str
    action: str
    icon: str
    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Desk:
    """One screen; only what waits is there."""

    sections: Sequence[Section]
    total: int
    oldest: int


# By kind, the most pressing first: where it is done.
KINDS: dict[str, Callable[[Waiting], str]] = {
    "late": lambda one: f"/proposals/{one.code}/step",
    "question": lambda one: f"/challenges/{one.key}/questions/{one.code}",
    "closed": lambda one: f"/challenges/{one.key}",
    "review": lambda one: f"/challenges/{one.key}/review",
    "jurors": lambda one: f"/challenges/{one.key}/assessment/jury",
    "assessed": lambda one: f"/challenges/{one.key}/assessment/close",
    "decision": lambda one: f"/challenges/{one.key}/assessment/decide",
    "gates": lambda one: f"/pilots/{one.code}",
    "begin": lambda one: f"/pilots/{one.code}",
    "ending": lambda one: f"/pilots/{one.code}",
    "undecided": lambda one: f"/pilots/{one.code}/decide",
    "tender": lambda one: f"/tenders/{one.code}",
}


def desk(actor: Actor, *, reader: str) -> Desk:
    """Everything that waits; two people are needed for some of it, so the page says whom it waits for."""
    now = clock.now()
    waits = waits_read(now=now, today=timezone.localdate(now), person=actor.id)
    sections = [_section(kind, waits, reader=reader) for kind in KINDS if waits.totals.get(kind)]
    days = [row.days for section in sections for row in section.rows]
    return Desk(sections, sum(section.total for section in sections), max(days, default=0))


def _section(kind: str, waits: Waits, *, reader: str) -> Section:
    label, hint, action, icon = _words(kind)
    rows = [_row(one, reader=reader) for one in waits.things[kind]]
    return Section(kind, label, hint, action, icon, rows, waits.totals[kind])


def _words(kind: str) -> tuple[str, str, str, str]:
    """Label, what it means, what is to be done, and the icon."""
    return {
        "late": (
            _("Proposals without a step for 30 days"),
            _("Nobody falls out silently: take the next step, or say why not."), _("Take the next step"), "alert",
        ),
        "question": (
            _("Questions without an answer"),
            _("All bidders get the same answer at the same time."), _("Answer"), "info",
        ),
        "closed": (
            _("Closed, the assessment has not begun"),
            _("Nobody can hand in any more. Freeze the criteria and let the jury begin."), _("Begin"), "time",
        ),
        "review": (
            _("Wait for a second person"),
            _("Whoever sent a challenge does not publish it."), _("Review"), "person",
        ),
        "jurors": (
            _("Jurors who are late"),
            _("The day until which they wanted to be done has passed."), _("See the jury"), "person",
        ),
        "assessed": (
            _("All jurors are done"),
            _("Close the assessment: the ranking is worked out then."), _("Close it"), "check",
        ),
        "decision": (
            _("Decisions that are overdue"),
            _("The day that was promised has passed."), _("Decide"), "time",
        ),
        "gates": (
            _("Pilots that wait for a review"),
            _("Data protection and ethics are looked at before anybody is measured."), _("See the reviews"), "lock",
        ),
        "begin": (
            _("Pilots that could begin"),
            _("All reviews are there, and the first day has come."), _("Begin"), "stage",
        ),
        "ending": (
            _("Pilots that end soon"),
            _("The last values have to be measured before it ends."), _("See the pilot"), "time",
        ),
        "undecided": (
            _("Finished pilots without a decision"),
            _("Take it to the whole city, change it, or stop it."), _("Decide"), "check",
        ),
        "tender": (
            _("Tender packages not handed over"),
            _("The procurement office does not have them yet."), _("Go on"), "export",
        ),
    }[kind]  # fmt: skip


def _row(one: Waiting, *, reader: str) -> Row:
    days = (timezone.localdate(clock.now()) - timezone.localdate(one.since)).days
    title = read(one.title, reader=reader, original=one.language)
    challenge = read(one.challenge, reader=reader, original=one.challenge_language)
    return Row(
        title=title,
        challenge=None if one.kind in _OF_CHALLENGES else challenge,
        path=KINDS[one.kind](one),
        days=days,
        waits=_waits(one.kind, days),
        note=_note(one),
        is_urgent=one.kind == "late" or (one.kind == "ending" and days >= 0) or days >= 30,
    )


_OF_CHALLENGES = frozenset({"review", "closed", "jurors", "assessed", "decision"})


def _waits(kind: str, days: int) -> str:
    if days < 0:
        return ngettext("ends in %(count)s day", "ends in %(count)s days", -days) % {"count": -days}
    if kind == "ending":
        if not days:
            return _("ends today")
        return ngettext("should have ended %(count)s day ago", "should have ended %(count)s days ago", days) % {
            "count": days
        }
    if not days:
        return _("since today")
    return ngettext("for %(count)s day", "for %(count)s days", days) % {"count": days}


def _note(one: Waiting) -> str:
    if one.kind == "jurors":
        return ngettext("%(count)s juror", "%(count)s jurors", one.number) % {"count": one.number}
    if one.kind == "gates":
        return ngettext("%(count)s review", "%(count)s reviews", one.number) % {"count": one.number}
    if one.kind == "review" and one.number:
        return _("You sent it: another person has to publish it.")
    return ""
