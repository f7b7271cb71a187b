"""What the two streams keep about people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding
from citytandem.accounts.holdings import register
from citytandem.core import events
from citytandem.streams.models import (
    Change,
    Feedback,
    Link,
    Problem,
    Solution,
    Visibility,
    Weighting,
    WeightingSwitch,
)
from citytandem.streams.models_shared import Reuse

_STREAMS: tuple[tuple[str, type[Problem | Solution]], ...] = (("problem", Problem), ("solution", Solution))


# --- records ----------------------------------------------------------------------------------------------------------


def _written(model: type[Problem | Solution], person_id: UUID) -> QuerySet[Any]:
    return model._default_manager.filter(created_by_id=person_id)  # noqa: SLF001 - the manager


def _records_export(person_id: UUID) -> Exported:
    told: dict[str, Any] = {f"{kind}s": _whole(_written(model, person_id)) for kind, model in _STREAMS}
    told["changes"] = list(
        Change.objects.filter(by_id=person_id)
        .order_by("id")
        .values("at", "kind", "object_id", "what", "fields", "reason")
    )
    told["links"] = list(Link.objects.filter(made_by_id=person_id).order_by("created_at").values(
        "created_at", "problem_id", "solution_id", "state", "why"
    ))  # fmt: skip
    told["solutions_taken_over"] = _whole(Reuse.objects.filter(created_by_id=person_id))
    told["weightings"] = list(
        Weighting.objects.filter(made_by_id=person_id).order_by("id").values("made_at", "weights")
    )
    told["switches_of_weights"] = list(
        WeightingSwitch.objects.filter(by_id=person_id).order_by("id").values("at", "weighting_id")
    )
    return Exported(told)


def _whole(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """All columns, but the person themselves."""
    return [
        {name: value for name, value in row.items() if name != "created_by_id"}
        for row in rows.order_by("created_at", "id").values()
    ]


def _records_erase(person_id: UUID) -> None:
    """Drafts were nobody else's business and go; everything else stays without the person."""
    for kind, model in _STREAMS:
        _drafts_delete(kind, model, person_id)
        _written(model, person_id).update(created_by=None)
    Reuse.objects.filter(created_by_id=person_id).update(created_by=None)
    Change.objects.filter(by_id=person_id).update(by=None, by_name="")
    WeightingSwitch.objects.filter(by_id=person_id).update(by=None, by_name="")
    Weighting.objects.filter(made_by_id=person_id).update(made_by=None)
    Link.objects.filter(made_by_id=person_id).update(made_by=None)


def _drafts_delete(kind: str, model: type[Problem | Solution], person_id: UUID) -> None:
    drafts = _written(model, person_id).filter(visibility=Visibility.DRAFT)
    if model is Problem:
        # Others' problems lead there: it stays, unseen, without the person.
        drafts = drafts.filter(merged=None)
    gone = list(drafts.values_list("id", flat=True))
    Change.objects.filter(object_id__in=gone).delete()
    drafts.filter(id__in=gone).delete()
    for record_id in gone:
        events.emit(events.RecordChanged(kind=kind, object_id=record_id))


# --- feedback ---------------------------------------------------------------------------------------------------------


def _feedback_export(person_id: UUID) -> Exported:
    rows = Feedback.objects.filter(by_id=person_id).order_by("at", "id")
    return Exported(list(rows.values("at", "query", "language", "kind", "object_id", "is_useful", "terms")))


def _feedback_erase(person_id: UUID) -> None:
    Feedback.objects.filter(by_id=person_id).update(by=None)


def _feedback_sweep(before: datetime) -> int:
    return Feedback.objects.filter(at__lt=before).delete()[0]


def _counted(person_id: UUID) -> Iterator[QuerySet[Model]]:
    for _kind, model in _STREAMS:
        yield _written(model, person_id)
    yield Reuse.objects.filter(created_by_id=person_id)


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Holding(
            "streams.records",
            _("Problems and solutions that you wrote"),
            _("So that the city and everybody who reads them can work on them: the texts, their place, their history."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("As long as the entry is there. If you erase your sign-in, drafts are deleted; all else stays without"
              " your name. Take down or change first what tells in its own words who you are."),
            export=_records_export,
            erase=_records_erase,
            counted=lambda person: list(_counted(person)),
        )
    )  # fmt: skip
    register(
        Holding(
            "streams.feedback",
            _("Answers to “Did this help?”"),
            _("So that matches get better: your question, the hit, and whether it helped."),
            _("The city has a legitimate interest in better matches (GDPR art. 6(1)(f))."),
            _("Deleted by age. If you erase your sign-in, they stay until then without your name."),
            export=_feedback_export,
            erase=_feedback_erase,
            days=400,
            sweep=_feedback_sweep,
            counted=lambda person: [Feedback.objects.filter(by_id=person)],
        )
    )
