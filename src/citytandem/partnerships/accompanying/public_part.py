"""What of the work everybody may see on the page of a partnership, and the way in for those who work in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.permissions import allowed
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.overview import RoadmapShown, roadmap_shown
from citytandem.partnerships.accompanying.papers_page import stay_line
from citytandem.partnerships.accompanying.shown import Line, frame_of, line_of
from citytandem.partnerships.selectors import partnership_get


@dataclass(frozen=True, slots=True)
class PublicPart:
    """`work_path`: empty for those who do not work in it."""

    topics: Sequence[Line]
    roadmap: RoadmapShown | None
    stays: Sequence[Line]
    work_path: str


def public_part(actor: Actor, slug: str) -> PublicPart:
    """Topics, milestones and stays that are marked as public. Seven queries at most, four where nothing is."""
    partnership = partnership_get(slug)
    topics = [row for row in reading.topics_of(partnership) if row.is_public]
    milestones = [row for row in reading.milestones_of(partnership) if row.is_public]
    stays = [row for row in reading.stays_of(partnership) if row.is_public]
    path = f"/partnerships/{slug}/work" if allowed("partnerships.work", actor, partnership) else ""
    if not (topics or milestones or stays):
        return PublicPart((), None, (), path)
    frame = frame_of(partnership, current="")
    return PublicPart(
        topics=[line_of(row, frame).plain() for row in topics],
        roadmap=roadmap_shown(milestones, frame, today=timezone.localdate(clock.now())),
        stays=[stay_line(row, frame).plain() for row in stays],
        work_path=path,
    )
