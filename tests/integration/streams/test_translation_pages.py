"""Pages say what a machine translated, and no form passes its words off as a person's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.streams.drafting import details_of, values_of
from citytandem.streams.models import Solution
from citytandem.streams.services.records import Wording, record_edit, record_submit
from citytandem.streams.services.translation import record_translate
from tests.unit.core.stand_in_service import Answer, service

pytestmark = pytest.mark.django_db
MARK = "machine translation"


@pytest.fixture
def solution(innovation_unit: Actor, settings: Any) -> Solution:
    """In German by people, in English by a machine."""
    written = record_submit(
        kind="solution",
        wording=Wording("Füllstand messen", "Ein Sensor im Eimer.", "de"),
        by=innovation_unit,
        details={"frame_conditions": {"law": {"de": {"text": "Genehmigung"}}}},
    )
    with service(lambda asked: Answer({"translatedText": [text.upper() for text in asked.body["q"]]})) as running:
        settings.TRANSLATOR, settings.TRANSLATOR_URL = "libretranslate", running.url
        record_translate(kind="solution", key=written.id, target="en", by=SYSTEM)
    written.refresh_from_db()
    return written


@pytest.mark.parametrize("path", ["/solutions/{code}", "/solutions", "/"])
def test_what_a_machine_translated_is_marked_and_what_people_wrote_is_not(solution: Solution, path: str) -> None:
    address = path.format(code=solution.code)
    english = Client().get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "FÜLLSTAND MESSEN" in english
    assert MARK in english
    german = Client().get(address, headers={"Accept-Language": "de"}).content.decode()
    assert "Füllstand messen" in german
    assert "FÜLLSTAND" not in german


def test_a_text_by_the_machine_under_a_title_by_people_is_marked(solution: Solution, innovation_unit: Actor) -> None:
    wording = Wording("Measure how full it is", None, "en")
    record_edit(
        kind="solution", key=solution.id, version=solution.version, by=innovation_unit, wording=wording, details={}
    )
    page = Client().get(f"/solutions/{solution.code}", headers={"Accept-Language": "en"}).content.decode()
    assert "Measure how full it is" in page
    assert page.count(MARK) == 2  # the text, and the frame condition


def test_the_form_starts_with_words_of_people(solution: Solution) -> None:
    values = values_of(solution, kind="solution", language="en", cities=[])
    assert (values["language"], values["title"]) == ("de", "Füllstand messen")
    assert values["text"] == "Ein Sensor im Eimer."
    assert values["condition_law"] == "Genehmigung"


def test_saving_the_form_unchanged_changes_nothing(solution: Solution, innovation_unit: Actor) -> None:
    values = values_of(solution, kind="solution", language="en", cities=[])
    unchanged = Wording(values["title"], values["text"], values["language"])
    details = details_of(values, kind="solution", cities=[], wording=unchanged, record=solution)
    saved = record_edit(
        kind="solution",
        key=solution.id,
        version=solution.version,
        by=innovation_unit,
        wording=unchanged,
        details=details,
    )
    assert saved.version == solution.version
    assert saved.frame_conditions == solution.frame_conditions
    assert saved.frame_conditions["law"]["en"]["by"] == "machine"
