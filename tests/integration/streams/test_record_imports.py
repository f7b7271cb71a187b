"""Records from a named source: twice changes nothing, and what people changed stays."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core.ids import stable_id
from citytandem.streams.models import Change, Solution, SolutionUse
from citytandem.streams.services.records import (
    Wording,
    record_edit,
    record_import,
)
from tests.integration.streams.editing import reword

pytestmark = pytest.mark.django_db


def bring(slug: str = "krefeld-bins", **more: Any) -> Any:
    arguments: dict[str, Any] = {
        "kind": "solution",
        "identifier": stable_id("solution", slug),
        "slug": slug,
        "language": "de",
        "title": {"de": "Füllstandssensoren", "en": "Fill-level sensors"},
        "text": {"de": "Sie melden volle Eimer.", "en": "They tell of full bins."},
        "fields": {
            "city": stable_id("city", "krefeld"),
            "visibility": "public",
            "themes": ["waste"],
            "stage": "in_use",
            "basis": "stated",
        },
        "used_in": [stable_id("city", "krefeld")],
        "by": SYSTEM,
    }
    return record_import(**arguments | more)


def test_importing_twice_changes_nothing() -> None:
    bring()
    before = [list(model.objects.values()) for model in (Solution, SolutionUse, Change)]
    bring()
    assert [list(model.objects.values()) for model in (Solution, SolutionUse, Change)] == before


def test_a_changed_source_refreshes_the_same_record() -> None:
    first = bring()
    again = bring(title={"de": "Sensoren", "en": "Sensors"}, used_in=[stable_id("city", "sofia")])
    kept = Solution.objects.get()
    assert (first.id, first.code, 2) == (kept.id, kept.code, kept.version)
    assert again.title == kept.title
    assert kept.created_at == first.created_at
    assert SolutionUse.objects.count() == 2


@pytest.mark.parametrize("fields", [{"visibility": "secret"}, {"stage": "finished"}, {"trl": "nine"}])
def test_an_import_that_does_not_fit_is_refused(fields: dict[str, Any]) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        bring(fields=fields)


def test_correcting_a_language_keeps_versions_and_conditions() -> None:
    conditions = {"law": {"de": {"text": "Klären.", "by": "human"}}}
    made = bring(fields={"city": stable_id("city", "krefeld"), "visibility": "public", "frame_conditions": conditions})
    reword(made, Wording("Füllstandssensoren", "Sie melden volle Eimer.", "nl"), by=SYSTEM)
    kept = Solution.objects.get()
    assert (set(kept.title), set(kept.text), kept.language) == ({"nl", "en"}, {"nl", "en"}, "nl")
    assert kept.frame_conditions == {"law": {"nl": {"text": "Klären.", "by": "human"}}}


def test_what_people_changed_survives_the_next_import(innovation_unit: Actor) -> None:
    made = bring()
    record_edit(kind="solution", key=made.id, version=1, by=innovation_unit, details={"themes": ["parking"]})
    bring(title={"de": "Sensoren", "en": "Sensors"})
    kept = Solution.objects.get()
    assert kept.themes == ["parking"]
    assert kept.title["de"]["text"] == "Sensoren"
    before = Solution.objects.values().get()
    bring(title={"de": "Sensoren", "en": "Sensors"})
    assert Solution.objects.values().get() == before


def test_a_source_goes_on_telling_the_languages_that_nobody_changed(innovation_unit: Actor) -> None:
    made = bring()
    dutch = Wording("Sensoren in bakken", "Ze melden volle bakken.", "nl")
    reword(made, dutch, by=innovation_unit)
    bring(title={"de": "Sensoren", "en": "Sensors"})
    kept = Solution.objects.get()
    assert {code: version["text"] for code, version in kept.title.items()} == {
        "de": "Sensoren",
        "en": "Sensors",
        "nl": "Sensoren in bakken",
    }


def test_a_machine_s_version_that_goes_with_an_edit_is_nobody_s_change(innovation_unit: Actor) -> None:
    made = bring(title={"en": "Sensors"}, text={"en": "They tell."}, language="en")
    made.title = {**made.title, "de": {"text": "Sensoren", "by": "machine", "of": "0"}}
    made.save()
    english = Wording("Sensors in bins", None, "en")
    reword(made, english, by=innovation_unit, version=made.version)
    bring(title={"en": "Sensors", "de": "Füllstandssensoren"}, text={"en": "They tell."}, language="en")
    kept = Solution.objects.get()
    assert {code: version["text"] for code, version in kept.title.items()} == {
        "en": "Sensors in bins",
        "de": "Füllstandssensoren",
    }


def test_conditions_that_come_with_their_language_keep_it() -> None:
    made = bring()
    conditions = {"law": {"de": {"text": "Gesetz", "by": "human"}}}
    wording = Wording("Füllstandssensoren", None, "fr", corrects="de")
    record_edit(
        kind="solution", key=made.id, version=1, by=SYSTEM, details={"frame_conditions": conditions}, wording=wording
    )
    kept = Solution.objects.get()
    assert (kept.language, set(kept.frame_conditions["law"])) == ("fr", {"de"})
