"""The public page of decisions: what was decided and why, by which criteria, and the log in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import Actor
from citytandem.challenges.decisions.chain import START, content_of
from citytandem.challenges.funnel import OUTCOMES, Step
from citytandem.challenges.models import Challenge, ChallengePhase, DecisionEntry, Proposal
from citytandem.challenges.models_pilots import GateKind, GateState
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.ranking_words import figure
from citytandem.challenges.reading_assessment import Asked, criteria_of, titles
from citytandem.challenges.rules import log_is_open
from citytandem.challenges.selectors import visible_proposals
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read

# Entries of the log on one page; those that tell the same of many proposals stand together.
PAGE = 200
MOST_OUTCOMES = 200
_ORDER = (Step.IMPLEMENT, Step.WITH_PARTNERS, Step.PILOT, Step.CONCEPT_POOL, Step.DECLINED, Step.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, in words. `proposals`: those that it happened to, as (title, address)."""

    at: datetime | None
    numbers: str
    what: str
    reason: str
    language: str
    proposals: Sequence[tuple[Reading, str]]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The proposals that came to the same, as (title, address, points); `state`: how it is coloured."""

    label: str
    state: str
    rows: Sequence[tuple[Reading, str, str]]
    count: int


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Everything that the page shows; `because` is None before the decision."""

    is_decided: bool
    is_withdrawn: bool
    because: Reading | None
    jury_says: Reading | None
    decided_at: datetime | None
    outcomes: Sequence[Outcomes]
    has_ranking: bool
    criteria: Sequence[Asked]
    told: Sequence[Told]
    earlier: int | None
    is_first: bool
    shows_log: bool
    head: str
    count: int
    original: str


@dataclass(slots=True)
class _Group:
    at: str
    what: str
    facts: Mapping[str, Any]
    numbers: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def decision_page(actor: Actor, challenge: Challenge, *, reader: str, before: int | None = None) -> DecisionPage:
    """The page; `before`: only entries of the log with a smaller number. At most six queries.

    Before everybody may read the log, only those do who may read all proposals.
    """
    shows_log = log_is_open(challenge) or allowed("challenges.read_all_proposals", actor, challenge)
    is_decided = challenge.phase == ChallengePhase.DECIDED
    rows = DecisionEntry.objects.filter(challenge=challenge, number__lt=before or challenge.log_count + 1)
    entries = [] if not shows_log else list(rows.order_by("-number").values_list("number", "body")[:PAGE])
    groups = list(_grouped(entries))
    codes = [code for group in groups for code in group.codes]
    known = titles(challenge, actor, codes, reader=reader) if codes else {}
    original = challenge.language
    return DecisionPage(
        is_decided=is_decided,
        is_withdrawn=challenge.phase == ChallengePhase.WITHDRAWN,
        because=read(challenge.decided_because, reader=reader, original=original) if is_decided else None,
        jury_says=read(challenge.jury_says, reader=reader, original=original) if challenge.jury_says else None,
        decided_at=challenge.decided_at,
        outcomes=_outcomes(actor, challenge, reader=reader) if is_decided else [],
        has_ranking=is_decided and (challenge.result or {}).get("state") == "done",
        criteria=criteria_of(challenge, reader=reader),
        told=[_told(group, known) for group in groups],
        earlier=entries[-1][0] if entries and entries[-1][0] > 1 else None,
        is_first=before is None,
        shows_log=shows_log,
        head=challenge.log_head,
        count=challenge.log_count,
        original=original,
    )


def log_lines(challenge: Challenge) -> Iterator[str]:
    """The log as the file that `docs/use/check_decisions.py` reads, in pieces: it may be long."""
    rows = DecisionEntry.objects.filter(challenge=challenge, number__lte=challenge.log_count).order_by("number")
    head = {"challenge": challenge.code, "head": challenge.log_head or START, "count": challenge.log_count}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "entries": ['
    for place, (body, digest) in enumerate(rows.values_list("body", "digest").iterator(chunk_size=1_000)):
        yield ("," if place else "") + "\n" + json.dumps({"body": body, "digest": digest}, ensure_ascii=False)
    yield "\n]}\n"


def _grouped(entries: Sequence[tuple[int, str]]) -> Iterator[_Group]:
    """Newest first; what was done to many proposals at once is told once."""
    last: _Group | None = None
    for number, body in entries:
        content = content_of(body)
        told = content.get("facts")
        facts: Mapping[str, Any] = told if isinstance(told, dict) else {}
        code = str(facts.get("proposal", ""))
        alike = {name: value for name, value in facts.items() if name != "proposal"}
        if (
            last is not None
            and code
            and content.get("what") == last.what == "proposal.step"
            and content.get("at") == last.at
            and alike == last.facts
        ):
            last.numbers.append(number)
            last.codes.append(code)
            continue
        if last is not None:
            yield last
        last = _Group(str(content.get("at", "")), str(content.get("what", "")), alike, [number], [code] if code else [])
    if last is not None:
        yield last


def _told(group: _Group, known: Mapping[str, tuple[Reading, str]]) -> Told:
    first, last = min(group.numbers), max(group.numbers)
    facts = group.facts
    reason = next((str(facts[name]) for name in ("reason", "because") if facts.get(name)), "")
    return Told(
        at=_moment(group.at),
        numbers=str(first) if first == last else f"{first}–{last}",
        what=_words(group),
        reason=reason,
        language=str(facts.get("language", "")),
        proposals=[
            (known[code][0], f"/proposals/{code}")
            if code in known
            else (Reading(_("Proposal %(code)s") % {"code": code}, "", "human", is_original=True), "")
            for code in reversed(group.codes)
        ],
    )


def _moment(told: str) -> datetime | None:
    # Whoever changed an entry by hand must not take the page away from those who would see it.
    try:
        return datetime.fromisoformat(told)
    except ValueError:
        return None


def _words(group: _Group) -> str:
    wording = _WORDINGS.get(group.what)
    return wording(group) if wording is not None else group.what


def _of_juror(text: Callable[[], str]) -> Callable[[_Group], str]:
    return lambda group: text() % {"number": group.facts.get("juror", "")}


def _plain(text: Callable[[], str]) -> Callable[[_Group], str]:
    return lambda _group: text()


def _stepped(group: _Group) -> str:
    step = str(group.facts.get("step", ""))
    label = str(ProposalStep(step).label) if step in ProposalStep.values else step
    count = len(group.codes)
    words = {"step": label, "count": number_format(count)}
    return ngettext("A proposal: %(step)s", "%(count)s proposals: %(step)s", count) % words


def _count(group: _Group, name: str) -> int:
    told = group.facts.get(name)
    return told if isinstance(told, int) else 0


def _interest(group: _Group) -> str:
    removed = _count(group, "scores_removed")
    told = _("Assessor %(number)s has an interest in a proposal and does not score it.") % {
        "number": group.facts.get("juror", "")
    }
    if not removed:
        return told
    more = ngettext("%(count)s score was removed.", "%(count)s scores were removed.", removed) % {"count": removed}
    return f"{told} {more}"


def _gate(group: _Group) -> str:
    kind, state = str(group.facts.get("gate", "")), str(group.facts.get("state", ""))
    return _("Review before a pilot, %(review)s: %(result)s") % {
        "review": GateKind(kind).label if kind in GateKind.values else kind,
        "result": GateState(state).label if state in GateState.values else state,
    }


def _closed(group: _Group) -> str:
    words = {
        "jurors": number_format(_count(group, "jurors")),
        "scores": number_format(_count(group, "scores"), force_grouping=True),
    }
    told = _("The assessment ended: %(scores)s scores by a jury of %(jurors)s.") % words
    undone = _count(group, "not_done")
    if not undone:
        return told
    more = ngettext("%(count)s member was not done.", "%(count)s members were not done.", undone) % {"count": undone}
    return f"{told} {more}"


def _ranked(group: _Group) -> str:
    return _("The ranking was worked out. Its fingerprint (SHA-256): %(sha256)s") % {
        "sha256": group.facts.get("sha256", "")
    }


def _moderated(group: _Group) -> str:
    if group.facts.get("state") == "removed":
        return _("A proposal was taken down. It stays in the assessment until a step ends that.")
    return _("Moderation looked at a proposal.")


_WORDINGS: dict[str, Callable[[_Group], str]] = {
    "challenge.published": _plain(lambda: _("The challenge was published with its criteria.")),
    "challenge.dates": _plain(lambda: _("Dates of the challenge were changed.")),
    "challenge.withdrawn": _plain(lambda: _("The challenge was withdrawn.")),
    "challenge.decided": _plain(lambda: _("The city decided.")),
    "criteria.changed": _plain(lambda: _("The criteria were changed.")),
    "question.answered": _plain(lambda: _("A question was answered for all bidders.")),
    "proposals.import_late": _plain(lambda: _("A table of proposals was taken in after the end.")),
    "proposals.imported": _plain(lambda: _("Proposals were taken in from a table.")),
    "proposal.submitted": _plain(lambda: _("A proposal was handed in.")),
    "proposal.changed": _plain(lambda: _("A proposal was changed by its sender.")),
    "proposal.moderated": _moderated,
    "proposal.merged": _plain(lambda: _("Two proposals that say the same were joined.")),
    "proposal.split": _plain(lambda: _("Proposals that had been joined were parted again.")),
    "proposal.step": _stepped,
    "jury.invited": _of_juror(lambda: _("Assessor %(number)s joined the jury.")),
    "jury.removed": _of_juror(lambda: _("Assessor %(number)s left the jury before scoring anything.")),
    "juror.done": _of_juror(lambda: _("Assessor %(number)s is done.")),
    "juror.reopened": _of_juror(lambda: _("Assessor %(number)s may go on, after having been done.")),
    "interest.declared": _interest,
    "interest.withdrawn": _of_juror(lambda: _("Assessor %(number)s took back an interest in a proposal.")),
    "assessment.started": _plain(lambda: _("The assessment began. From here on the criteria stay as they are.")),
    "assessment.closed": _closed,
    "assessment.ranked": _ranked,
    "pilot.planned": _plain(lambda: _("A pilot was planned.")),
    "pilot.started": _plain(lambda: _("A pilot began.")),
    "pilot.finished": _plain(lambda: _("A pilot ended.")),
    "pilot.abandoned": _plain(lambda: _("A pilot was broken off.")),
    "pilot.decided": _plain(lambda: _("It was decided what follows from a pilot.")),
    "pilot.gate": _gate,
    "pilot.gates_reopened": _plain(lambda: _("The reviews before a pilot were opened again.")),
    "pilot.solution_drafted": _plain(lambda: _("A solution was drafted from what a pilot showed.")),
    "pilot.edited": _plain(lambda: _("The plan of a pilot was changed.")),
    "measurements.added": _plain(lambda: _("Measurements were added after the end of a pilot.")),
    "cost.added": _plain(lambda: _("A cost was added after the end of a pilot.")),
    "cost.removed": _plain(lambda: _("A cost of a pilot was removed.")),
    "measurement.removed": _plain(lambda: _("A measurement of a pilot was removed.")),
    "tender.handed_over": _plain(lambda: _("The tender package was handed over to procurement.")),
}


def _outcomes(actor: Actor, challenge: Challenge, *, reader: str) -> list[Outcomes]:
    ranked = (challenge.result or {}).get("proposals", [])
    points = {one["code"]: one["scores"]["wsm"] for one in ranked}
    place = {one["code"]: number for number, one in enumerate(ranked)}
    columns = ("code", "title", "language", "step")
    rows = list(visible_proposals(actor, challenge).filter(moderation="").only(*columns))
    # Moderation hides what they say, not what became of them.
    hidden = Proposal.objects.filter(challenge=challenge, moderation__in=["held", "removed"]).only("code", "step")
    rows += [Proposal(code=row.code, step=row.step) for row in hidden]
    found = []
    for step in _ORDER:
        members = sorted((row for row in rows if row.step == step), key=lambda row: place.get(row.code, len(place)))
        if members:
            shown = [_outcome(row, points.get(row.code), reader=reader) for row in members[:MOST_OUTCOMES]]
            state = "good" if step in OUTCOMES - {Step.CONCEPT_POOL, Step.DECLINED} or step == Step.PILOT else "quiet"
            found.append(Outcomes(str(ProposalStep(step.value).label), state, shown, len(members)))
    return found


def _outcome(row: Proposal, points: float | None, *, reader: str) -> tuple[Reading, str, str]:
    told = "" if points is None else figure(100 * points, digits=1)
    if not row.title:
        return Reading(_("Proposal %(code)s") % {"code": row.code}, "", "human", is_original=True), "", told
    return read(row.title, reader=reader, original=row.language), f"/proposals/{row.code}", told
