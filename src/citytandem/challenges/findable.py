"""How proposals enter the one index: public only once everybody may read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from citytandem.challenges.models import Proposal
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.rules import proposals_are_open
from citytandem.core.versions import human_versions, texts_of
from citytandem.search.registry import Draft, Findable, register


def _drafts(ids: Sequence[UUID]) -> list[Draft]:
    rows = Proposal.objects.select_related("challenge").filter(id__in=ids, moderation="")
    drafts = []
    for row in rows.exclude(step=ProposalStep.WITHDRAWN):
        texts = texts_of(human_versions(row.text))
        for language, title in texts_of(human_versions(row.title)).items():
            drafts.append(
                Draft(
                    kind="proposal",
                    object_id=row.id,
                    language=language,
                    title=title,
                    text=texts.get(language, ""),
                    changed_at=row.changed_at,
                    is_original=language == row.language,
                    themes=row.challenge.themes,
                    is_public=proposals_are_open(row.challenge),
                )
            )
    return drafts


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Findable(kind="proposal", read=_drafts, all_ids=lambda: list(Proposal.objects.values_list("id", flat=True)))
    )
