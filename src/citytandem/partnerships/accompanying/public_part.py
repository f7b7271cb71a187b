"""What of the work everybody may see on the page of a partnership, and the way in for those who work in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.permissions import allowed
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.overview import RoadmapShown, roadmap_shown
from citytandem.partnerships.accompanying.papers_page import stay_line
from citytandem.partnerships.accompanying.shown import Line, frame_of, line_of
from citytandem.partnerships.models import Partnership, PartnershipState
from citytandem.partnerships.selectors import partnership_get


@dataclass(frozen=True, slots=True)
class PublicPart:
    """`work_path`: empty for those who do not work in it. `ways`: what else they can do, name and address.

    `may_begin`: whether the reader can say that the work begins.
    """

    topics: Sequence[Line]
    roadmap: RoadmapShown | None
    stays: Sequence[Line]
    work_path: str
    ways: Sequence[tuple[str, str]] = ()
    may_begin: bool = False


def public_part(actor: Actor, slug: str) -> PublicPart:
    """Topics, milestones and stays that are marked as public. Eight queries at most, four for visitors where nothing is."""
    partnership = partnership_get(slug)
    topics = [row for row in reading.topics_of(partnership) if row.is_public]
    milestones = [row for row in reading.milestones_of(partnership) if row.is_public]
    stays = [row for row in reading.stays_of(partnership) if row.is_public]
    path = f"/partnerships/{slug}/work" if allowed("partnerships.work", actor, partnership) else ""
    ways, begins = _ways(actor, partnership), _may_begin(actor, partnership)
    if not (topics or milestones or stays):
        return PublicPart((), None, (), path, ways, begins)
    frame = frame_of(partnership, current="")
    return PublicPart(
        topics=[line_of(row, frame).plain() for row in topics],
        roadmap=roadmap_shown(milestones, frame, today=timezone.localdate(clock.now())),
        stays=[stay_line(row, frame).plain() for row in stays],
        work_path=path,
        ways=ways,
        may_begin=begins,
    )


def _ways(actor: Actor, partnership: Partnership) -> list[tuple[str, str]]:
    """For those who belong to it: the pack for whoever comes new, leaving, and the ways on once a city has gone."""
    if not allowed("partnerships.read_record", actor, partnership):
        return []
    base = f"/partnerships/{partnership.slug}"
    ways = [(_("Hand-over pack"), f"{base}/hand-over")]
    if partnership.state == PartnershipState.ENDED:
        return ways
    if partnership.seats.filter(Q(until__isnull=False) | Q(is_paused=True)).exists():
        ways.append((_("Ways on"), f"{base}/ways-on"))
    if allowed("partnerships.leave", actor, partnership):
        ways.append((_("A city leaves or pauses"), f"{base}/leave"))
    return ways


def _may_begin(actor: Actor, partnership: Partnership) -> bool:
    return partnership.state == PartnershipState.PLANNED and allowed(
        "partnerships.coordinate", actor, partnership.programme
    )
