"""How published challenges enter the one index; what was withdrawn or not published yet is not found."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from citytandem.challenges.models import Challenge, ChallengePhase
from citytandem.challenges.rules import HIDDEN
from citytandem.core.node import this_node
from citytandem.core.versions import human_versions, texts_of
from citytandem.search.registry import Draft, Findable, register

KIND = "challenge"
_NOT_FOUND = sorted({*HIDDEN, ChallengePhase.WITHDRAWN.value})


def _drafts(ids: Sequence[UUID]) -> list[Draft]:
    home, drafts = this_node().home_city, []
    for row in Challenge.objects.filter(id__in=list(ids)).exclude(phase__in=_NOT_FOUND):
        # What a machine translated says nothing new: it would only find the same challenge twice.
        texts = texts_of(human_versions(row.text))
        for language, title in texts_of(human_versions(row.title)).items():
            drafts.append(
                Draft(
                    kind=KIND,
                    object_id=row.id,
                    language=language,
                    title=title,
                    text=texts.get(language, ""),
                    changed_at=row.changed_at,
                    is_original=language == row.language,
                    themes=row.themes,
                    city=home,
                )
            )
    return drafts


def _ids() -> Sequence[UUID]:
    return list(Challenge.objects.exclude(phase__in=_NOT_FOUND).values_list("id", flat=True))


def register_all() -> None:
    """Called once when Django is ready."""
    register(Findable(kind=KIND, read=_drafts, all_ids=_ids))
