"""Writing problems and solutions: what is kept, what is refused and where, what history tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.events import RecordChanged
from citytandem.core.ids import short_code
from citytandem.notifications.models import Notice
from citytandem.streams.contract import RecordSubmitted
from citytandem.streams.models import Change, Problem, Solution
from citytandem.streams.selectors import history_of, record_get
from citytandem.streams.services.checks import LONGEST
from citytandem.streams.services.records import (
    Wording,
    problem_set_status,
    record_edit,
    record_submit,
)
from tests.integration.streams.editing import reword

pytestmark = pytest.mark.django_db
BINS = Wording("Die Mülleimer quellen über", "Jeden Samstag liegt der Müll auf dem Marktplatz.", "de")


def submit(by: Actor, *, stream: str = "problem", wording: Wording = BINS, **details: Any) -> Any:
    return record_submit(kind=stream, wording=wording, by=by, details=details)


def test_a_record_is_kept_as_it_was_written(resident: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    made = submit(
        resident, themes=["waste", "waste"], affected=["families"], latitude=51.3, longitude=6.5, place_kind="point"
    )
    kept = Problem.objects.get(id=made.id)
    assert kept.title == {"de": {"text": BINS.title, "by": "human"}}
    assert kept.text == {"de": {"text": BINS.text, "by": "human"}}
    assert (kept.language, kept.visibility, kept.status, kept.version) == ("de", "public", "open", 1)
    assert (kept.themes, kept.affected) == (["waste"], ["families"])
    assert (kept.created_at, kept.changed_at, kept.created_by_id) == (moment, moment, resident.id)
    assert kept.code == short_code(kept.id)
    assert [(change.what, change.by_name) for change in history_of(kept)] == [("submitted", resident.name)]


def test_its_language_is_found_out_unless_it_is_said(resident: Actor) -> None:
    assert submit(resident, wording=Wording("Les poubelles débordent", "Chaque samedi sur le marché.")).language == "fr"
    assert submit(resident, wording=Wording("Internet", "", "ro")).language == "ro"


def test_texts_are_cleaned(resident: Actor) -> None:
    made = submit(
        resident, wording=Wording(" Bins\x00 over\u202eflow\n at night ", "One.\r\nTwo\x00.", "en"), evidence="a\x00b"
    )
    assert made.title["en"]["text"] == "Bins overflow at night"
    assert made.text["en"]["text"] == "One.\nTwo."
    assert made.evidence == "ab"


def test_events_follow_the_commit_only(
    resident: Actor, django_capture_on_commit_callbacks: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    for event in (RecordSubmitted, RecordChanged):
        monkeypatch.setitem(events._listeners, event, [heard.append])
    with django_capture_on_commit_callbacks() as waiting:
        made = submit(resident)
    assert not heard
    for callback in waiting:
        callback()
    assert heard == [RecordSubmitted("problem", made.id), RecordChanged("problem", made.id)]


PROBLEM_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("themes", {"themes": ["moon"]}),
    ("themes", {"themes": ["environment"]}),
    ("themes", {"themes": ["waste", "water", "noise", "hydrogen", "biodiversity", "street-lighting", "air-quality"]}),
    ("affected", {"affected": ["martians"]}),
    ("sender", {"sender": "king"}),
    ("visibility", {"visibility": "secret"}),
    ("place_kind", {"place_kind": "moon"}),
    ("place_kind", {"place_kind": "point"}),
    ("area", {"place_kind": "area"}),
    (
        "area",
        {"place_kind": "area", "area": {"type": "Polygon", "coordinates": [[[8, 50], [9, 51], [10, 52], [8, 50]]]}},
    ),
    ("area", {"place_kind": "area", "area": {"type": "Point", "coordinates": [6.5, 51.3]}}),
    ("area", {"place_kind": "area", "area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}}),
    (
        "area",
        {"place_kind": "area", "area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
    ),
    ("latitude", {"latitude": 91.0, "longitude": 0.0}),
    ("latitude", {"latitude": float("nan"), "longitude": 0.0}),
    ("longitude", {"latitude": 0.0, "longitude": -180.5}),
    ("longitude", {"latitude": 51.0}),
    ("latitude", {"longitude": 6.5}),
    ("status", {"status": "solved"}),
    ("created_by_id", {"created_by_id": None}),
    ("version", {"version": 7}),
]
SOLUTION_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("kind", {"kind": "magic"}),
    ("stage", {"stage": "finished"}),
    ("trl", {"trl": 0}),
    ("trl", {"trl": 10}),
    ("cost_low", {"cost_low": Decimal(-1)}),
    ("cost_high", {"cost_high": Decimal("-0.01")}),
    ("cost_low", {"cost_low": Decimal(2), "cost_high": Decimal(1)}),
    ("url", {"url": "javascript:alert(1)"}),
    ("frame_conditions", {"frame_conditions": {"weather": {}}}),
    ("frame_conditions", {"frame_conditions": ["law"]}),
    ("sender", {"sender": "resident"}),
]


@pytest.mark.parametrize(
    ("kind", "field", "details"),
    [("problem", *fault) for fault in PROBLEM_FAULTS] + [("solution", *fault) for fault in SOLUTION_FAULTS],
)
def test_what_does_not_fit_is_refused_with_its_field(
    kind: str, field: str, details: dict[str, Any], resident: Actor
) -> None:
    with pytest.raises(Invalid) as caught:
        submit(resident, stream=kind, **details)
    assert caught.value.field == field
    assert str(caught.value)
    assert not Problem.objects.exists()
    assert not Solution.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("field", "wording"),
    [
        ("title", Wording("", "text", "de")),
        ("title", Wording(" \x00\n\u202e ", "text", "de")),
        ("title", Wording("x" * 201, "text", "de")),
        ("text", Wording("title", "x" * 20_001, "de")),
        ("language", Wording("title", "text", "es")),
    ],
)
def test_words_that_do_not_fit_are_refused_with_their_field(field: str, wording: Wording, resident: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        submit(resident, wording=wording)
    assert caught.value.field == field


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(st.characters(exclude_categories=()), max_size=60),
    text=st.text(st.characters(exclude_categories=()), max_size=200),
)
def test_any_words_are_kept_or_refused_and_nothing_worse(title: str, text: str, resident: Actor) -> None:
    try:
        made = submit(resident, wording=Wording(title, text))
    except Invalid as error:
        assert error.field == "title"
        return
    kept = Problem.objects.get(id=made.id)
    assert kept.title == made.title
    assert kept.text == made.text


@pytest.mark.parametrize("field", ["place_name", "provider", "licence", "cost_note", "contact_role", "reuse_notes"])
def test_the_longest_text_of_each_field_fits_the_database_and_one_more_is_refused(field: str, resident: Actor) -> None:
    made = submit(resident, stream="solution", **{field: "ä" * LONGEST[field]})
    assert getattr(Solution.objects.get(id=made.id), field) == "ä" * LONGEST[field]
    with pytest.raises(Invalid) as refused:
        submit(resident, stream="solution", **{field: "ä" * (LONGEST[field] + 1)})
    assert (refused.value.code, refused.value.field) == ("text.too_long", field)


def test_visitors_may_not_write(resident: Actor) -> None:
    with pytest.raises(Forbidden):
        submit(ANYBODY)
    assert not Problem.objects.exists()


def test_an_edit_is_kept_with_what_it_changed(resident: Actor) -> None:
    made = submit(resident, themes=["waste"])
    edited = record_edit(
        kind="problem", key=made.code, version=1, by=resident, wording=Wording("Müll am Markt", BINS.text, "de"), details={"themes": ["noise"], "sender": "resident"}
    )  # fmt: skip
    kept = Problem.objects.get(id=made.id)
    assert (kept.version, edited.version, kept.themes) == (2, 2, ["noise"])
    change = history_of(kept)[0]
    assert (change.what, change.by_id) == ("edited", resident.id)
    assert change.fields["themes"] == [["waste"], ["noise"]]
    assert set(change.fields) == {"title", "themes"}


def test_an_edit_that_changes_nothing_leaves_no_trace(resident: Actor) -> None:
    made = submit(resident)
    record_edit(kind="problem", key=made.id, version=1, by=resident, wording=BINS, details={"sender": "resident"})
    assert Problem.objects.get().version == 1
    assert Change.objects.count() == 1


def test_a_second_language_joins_the_first(resident: Actor) -> None:
    made = submit(resident)
    reword(made, Wording("Bins overflow", "", "en"), by=resident)
    kept = Problem.objects.get()
    assert set(kept.title) == {"de", "en"}
    assert set(kept.text) == {"de"}
    assert kept.language == "de"


def test_who_was_slower_is_told_and_changes_nothing(resident: Actor, innovation_unit: Actor) -> None:
    made = submit(resident)
    record_edit(kind="problem", key=made.id, version=1, by=innovation_unit, details={"themes": ["waste"]})
    with pytest.raises(Conflict) as caught:
        reword(made, Wording("Anders", "", "de"), by=resident)
    assert caught.value.details == {"current_version": 2}
    assert Problem.objects.get().title == made.title


def test_only_the_author_and_the_city_may_edit(
    resident: Actor, innovation_unit: Actor, make_actor: Callable[[str], Actor]
) -> None:
    made = submit(resident)
    for stranger in (ANYBODY, make_actor("resident")):
        with pytest.raises(Forbidden):
            record_edit(kind="problem", key=made.id, version=1, by=stranger, details={"themes": ["waste"]})
    for version, friend in enumerate((resident, innovation_unit), start=1):
        record_edit(
            kind="problem",
            key=made.id,
            version=version,
            by=friend,
            details={"themes": [["waste"], ["noise"]][version - 1]},
        )
    assert Problem.objects.get().version == 3


@pytest.mark.parametrize("visibility", ["draft", "internal", "partners"])
def test_what_is_not_public_does_not_exist_for_others(
    visibility: str, resident: Actor, innovation_unit: Actor, make_actor: Callable[[str], Actor]
) -> None:
    made = submit(resident, visibility=visibility)
    for stranger in (ANYBODY, make_actor("resident")):
        with pytest.raises(NotFound):
            record_get(stranger, kind="problem", key=made.code)
        with pytest.raises(NotFound):
            record_edit(kind="problem", key=made.id, version=1, by=stranger, details={})
    assert (
        record_get(resident, kind="problem", key=made.code)
        == record_get(innovation_unit, kind="problem", key=str(made.id))
        == made
    )


@pytest.mark.parametrize(
    "key", ["", "nothing", "\x00", "x" * 5_000, "' OR 1=1 --", "00000000-0000-7000-8000-000000000000"]
)
def test_forged_keys_find_nothing(key: str, resident: Actor) -> None:
    submit(resident)
    with pytest.raises(NotFound):
        record_get(resident, kind="problem", key=key)


def test_a_status_moves_on_with_a_reason_that_history_keeps(resident: Actor, innovation_unit: Actor) -> None:
    made = submit(resident)
    problem_set_status(key=made.id, status="pilot", reason="Wir messen\x00 seit März.", by=innovation_unit)
    problem_set_status(key=made.code, status="solved", reason="Seit Juni läuft nichts mehr über.", by=innovation_unit)
    told = [(change.what, change.fields.get("status"), change.reason, change.by_name) for change in history_of(made)]
    assert told == [
        ("status", ["pilot", "solved"], "Seit Juni läuft nichts mehr über.", innovation_unit.name),
        ("status", ["open", "pilot"], "Wir messen seit März.", innovation_unit.name),
        ("submitted", None, "", resident.name),
    ]
    assert Problem.objects.get().version == 3


def test_the_same_status_again_is_no_news(resident: Actor, innovation_unit: Actor) -> None:
    made = submit(resident)
    with pytest.raises(Invalid) as caught:
        problem_set_status(key=made.id, status="open", reason="So ist es.", by=innovation_unit)
    assert caught.value.field == "status"
    assert Problem.objects.get().version == 1
    assert len(history_of(made)) == 1


@pytest.mark.parametrize(
    ("status", "reason", "field"),
    [("finished", "why", "status"), ("solved", "  ", "reason"), ("solved", "\x00", "reason")],
)
def test_a_status_needs_a_known_name_and_a_reason(
    status: str, reason: str, field: str, resident: Actor, innovation_unit: Actor
) -> None:
    made = submit(resident)
    with pytest.raises(Invalid) as caught:
        problem_set_status(key=made.id, status=status, reason=reason, by=innovation_unit)
    assert caught.value.field == field


def test_residents_do_not_set_the_status_even_of_their_own(resident: Actor) -> None:
    made = submit(resident)
    with pytest.raises(Forbidden):
        problem_set_status(key=made.id, status="solved", reason="Gut.", by=resident)


def test_the_same_words_under_another_language_correct_it(resident: Actor) -> None:
    made = submit(resident, wording=Wording("Internet", "Kein Empfang.", "ro"))
    reword(made, Wording("Internet", "Kein Empfang.", "de"), by=resident)
    kept = Problem.objects.get()
    assert (set(kept.title), set(kept.text), kept.language) == ({"de"}, {"de"}, "de")
    assert set(Change.objects.latest("id").fields) == {"title", "text", "language"}


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"standards": ["a" * 61]}, "standards"),
        ({"standards": [f"Standard {n}" for n in range(21)]}, "standards"),
        ({"frame_conditions": {"law": {"de": {"text": "a" * 2_001}}}}, "frame_conditions"),
    ],
)
def test_what_is_too_long_is_refused_and_never_cut(resident: Actor, details: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        submit(resident, stream="solution", **details)
    assert caught.value.field == field
    assert not Solution.objects.exists()


def test_an_area_stands_on_the_map_at_its_middle(resident: Actor) -> None:
    square = {"type": "Polygon", "coordinates": [[[6.5, 51.3], [6.6, 51.3], [6.6, 51.4], [6.5, 51.4], [6.5, 51.3]]]}
    made = submit(resident, place_kind="area", area=square)
    assert (made.longitude, made.latitude) == (6.55, 51.35)


def test_a_name_that_is_the_same_in_two_languages_corrects_nothing(resident: Actor) -> None:
    made = submit(resident, wording=Wording("CIVIS", "Ein langer Text.", "de"))
    for version, wording in enumerate([Wording("CIVIS", None, "en"), Wording("CIVIS", "A long text.", "en")], start=1):
        reword(made, wording, by=resident, version=version)
    kept = Problem.objects.get()
    assert {code: version["text"] for code, version in kept.text.items()} == {
        "de": "Ein langer Text.",
        "en": "A long text.",
    }
    assert (set(kept.title), kept.language) == ({"de", "en"}, "de")


def test_a_language_is_not_corrected_over_other_words(resident: Actor) -> None:
    made = submit(resident, wording=Wording("Zu laut", "Jede Nacht.", "de"))
    french = Wording("Trop de bruit", "Chaque nuit.", "fr")
    reword(made, french, by=resident)
    with pytest.raises(Invalid) as caught:
        reword(made, Wording("Zu laut", "Jede Nacht.", "fr"), by=resident, version=2)
    assert caught.value.field == "language"
    assert Problem.objects.get().title["fr"]["text"] == "Trop de bruit"


def test_a_name_may_become_the_same_in_two_languages(resident: Actor) -> None:
    made = submit(resident, wording=Wording("Intelligentes Parken", "", "de"))
    for version, wording in enumerate(
        [Wording("Smart Parking", "", "en"), Wording("Smart Parking", "", "de")], start=1
    ):
        reword(made, wording, by=resident, version=version)
    assert {version["text"] for version in Problem.objects.get().title.values()} == {"Smart Parking"}


def test_who_changes_the_kind_of_place_takes_the_old_place_away(resident: Actor) -> None:
    square = {"type": "Polygon", "coordinates": [[[6.5, 51.3], [6.6, 51.3], [6.6, 51.4], [6.5, 51.4], [6.5, 51.3]]]}
    made = submit(resident, place_kind="area", area=square)
    record_edit(kind="problem", key=made.id, version=1, by=resident, details={"place_kind": "city"})
    kept = Problem.objects.get()
    assert (kept.area, kept.latitude, kept.longitude) == (None, None, None)


def test_whoever_follows_a_problem_is_told_that_it_moves_on(resident: Actor, innovation_unit: Actor) -> None:
    made = submit(resident)
    problem_set_status(key=made.id, status="pilot", reason="Wir messen.", by=innovation_unit)
    told = Notice.objects.filter(kind="status")
    assert [(one.person_id, one.about_id, one.parameters) for one in told] == [
        (resident.id, made.id, {"state": "In a pilot"})
    ]


def test_what_was_taken_down_does_not_move_on(resident: Actor, innovation_unit: Actor) -> None:
    made = submit(resident)
    Problem.objects.filter(id=made.id).update(moderation="removed")
    with pytest.raises(Invalid) as caught:
        problem_set_status(key=made.id, status="pilot", reason="Wir messen.", by=innovation_unit)
    assert caught.value.code == "record.removed"
