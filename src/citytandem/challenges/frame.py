"""What all pages of a challenge have in common: its head, how far it is, and the way to its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, ChallengePhase
from citytandem.challenges.rules import HIDDEN, proposals_are_open, takes_proposals
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read

# The way of a challenge as people see it.
_WAY = (Phase.DRAFT, Phase.OPEN, Phase.ASSESSMENT, Phase.DECISION, Phase.DECIDED)


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a challenge."""

    key: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A phase on the way: `state` is done, now or ahead."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Head of a page of a challenge. `tabs`: only what the reader may see; `way`: empty where it was withdrawn."""

    code: str
    path: str
    title: Reading
    original: str
    phase: str
    phase_label: str
    is_public: bool
    tabs: Sequence[Tab]
    way: Sequence[Stop]
    current: str


def frame_of(actor: Actor, challenge: Challenge, *, reader: str, current: str) -> Frame:
    """`current`: the key of the part that is shown. One query at most."""
    return Frame(
        code=challenge.code,
        path=path_of(challenge),
        title=read(challenge.title, reader=reader, original=challenge.language),
        original=challenge.language,
        phase=challenge.phase,
        phase_label=_phase_label(challenge),
        is_public=challenge.phase not in HIDDEN,
        tabs=tuple(_tabs(actor, challenge)),
        way=tuple(_way(challenge)),
        current=current,
    )


def _phase_label(challenge: Challenge) -> str:
    """How far it is, in a word; the call may be over before anybody has begun the assessment."""
    is_over = challenge.phase == ChallengePhase.OPEN and not takes_proposals(challenge)
    return _("Closed") if is_over else str(challenge.get_phase_display())


def path_of(challenge: Challenge) -> str:
    """Address of the challenge's page."""
    return f"/challenges/{challenge.slug or challenge.code}"


def _tabs(actor: Actor, challenge: Challenge) -> Iterator[Tab]:
    path, is_public = path_of(challenge), challenge.phase not in HIDDEN
    runs = allowed("challenges.run", actor, challenge)
    yield Tab("call", _("The call"), path)
    if is_public:
        yield Tab("questions", _("Questions"), f"{path}/questions")
    if is_public and (proposals_are_open(challenge) or runs or not actor.is_anonymous):
        yield Tab("proposals", _("Proposals"), f"{path}/proposals")
    if runs and is_public:
        yield Tab("funnel", _("Funnel"), f"{path}/funnel")
    if runs or allowed("challenges.assess", actor, challenge):
        yield Tab("assessment", _("Assessment"), f"{path}/assessment")
    # There is one from the end of the assessment on; looking whether it is worked out would read it.
    if challenge.phase == ChallengePhase.DECIDED or (runs and challenge.phase == ChallengePhase.DECISION):
        yield Tab("ranking", _("Ranking"), f"{path}/ranking")
    if is_public:
        yield Tab("decision", _("Decisions"), f"{path}/decision")
    if is_public and challenge.phase in {"decision", "decided"}:
        yield Tab("pilots", _("Pilots"), f"{path}/pilots")
    if allowed("challenges.hand_over", actor, challenge) and challenge.phase in {"decision", "decided"}:
        yield Tab("tenders", _("Hand-over"), f"{path}/tenders")


def _way(challenge: Challenge) -> Iterator[Stop]:
    if challenge.phase == ChallengePhase.WITHDRAWN:
        return
    here = _WAY.index(Phase.DRAFT if challenge.phase == ChallengePhase.IN_REVIEW else Phase(challenge.phase))
    for number, phase in enumerate(_WAY):
        state = "done" if number < here or here == len(_WAY) - 1 else "now" if number == here else "ahead"
        yield Stop(str(ChallengePhase(phase.value).label), state)
