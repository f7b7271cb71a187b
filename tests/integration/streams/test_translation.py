"""Versions by a machine: marked, never instead of people's, gone with their original, none without a translator."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import ANYBODY, SYSTEM, Actor
from citytandem.core.errors import Forbidden, Invalid, NotFound, Unavailable
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.core.versions import read
from citytandem.search.models import Entry
from citytandem.search.services import index_things
from citytandem.streams import hits, tasks
from citytandem.streams.match import match, question_of_text
from citytandem.streams.models import Change, Solution
from citytandem.streams.services.records import Wording, record_edit, record_import, record_submit
from citytandem.streams.services.translation import record_translate, record_translate_all, translation_receive
from citytandem.streams.translated import missing
from tests.unit.core.stand_in_service import Answer, Asked, Service, service

pytestmark = pytest.mark.django_db
GERMAN = Wording("Die Mülleimer quellen über", "Jeden Samstag.\nAm Markt.", "de")


def answer(asked: Asked) -> Answer:
    """A translator into any language: the words in capitals, with the language in front."""
    target = asked.body["target"]
    return Answer({"translatedText": [f"{target}: {text.upper()}" for text in asked.body["q"]]})


@pytest.fixture
def libretranslate(settings: Any) -> Iterator[Service]:
    with service(answer) as running:
        settings.TRANSLATOR, settings.TRANSLATOR_URL = "libretranslate", running.url
        yield running


@pytest.fixture
def etranslation(settings: Any) -> Iterator[Service]:
    with service(lambda _: Answer({"requestId": 7})) as running:
        settings.TRANSLATOR, settings.TRANSLATOR_URL = "etranslation", running.url
        settings.TRANSLATOR_NAME, settings.TRANSLATOR_KEY = "a-city", "secret"
        settings.TRANSLATOR_CALLBACK = "https://node.example"
        yield running


def submit(by: Actor, kind: str = "problem", **details: Any) -> Any:
    return record_submit(kind=kind, wording=GERMAN, by=by, details=details)


def translate(record: Any, target: str = "en", by: Actor = SYSTEM) -> int:
    kind = "solution" if isinstance(record, Solution) else "problem"
    written = record_translate(kind=kind, key=record.id, target=target, by=by)
    record.refresh_from_db()
    return written


def edit(record: Any, wording: Wording | None, *, by: Actor, **details: Any) -> None:
    kind = "solution" if isinstance(record, Solution) else "problem"
    record_edit(kind=kind, key=record.id, version=record.version, by=by, wording=wording, details=details)
    record.refresh_from_db()


def test_a_version_by_the_machine_is_marked_and_in_the_history(resident: Actor, libretranslate: Service) -> None:
    problem = submit(resident)
    assert translate(problem) == 2
    title = read(problem.title, reader="en", original="de")
    assert (title.text, title.by, title.is_machine) == ("en: DIE MÜLLEIMER QUELLEN ÜBER", "machine", True)
    assert problem.text["en"]["text"] == "en: JEDEN SAMSTAG.\nen: AM MARKT."
    assert problem.title["de"] == {"text": GERMAN.title, "by": "human"}
    change = Change.objects.filter(object_id=problem.id).latest("id")
    assert (change.what, change.by, change.by_name) == ("translated", None, "citytandem")
    assert change.fields == {"language": "en", "fields": ["title", "text"]}


def test_it_does_not_get_in_the_way_of_somebody_who_edits(resident: Actor, libretranslate: Service) -> None:
    problem = submit(resident)
    seen = problem.version
    translate(problem)
    assert problem.version == seen
    edit(problem, Wording("Anders", GERMAN.text, "de"), by=resident)


def test_frame_conditions_are_translated_from_the_language_they_have(
    innovation_unit: Actor, libretranslate: Service
) -> None:
    conditions = {"law": {"en": {"text": "A permit"}}, "staff": {"de": {"text": "Eine Person"}}, "data": {}}
    solution = submit(innovation_unit, "solution", frame_conditions=conditions)
    assert translate(solution, "fr") == 4
    assert solution.frame_conditions["law"]["fr"]["text"] == "fr: A PERMIT"
    assert solution.frame_conditions["staff"]["fr"]["text"] == "fr: EINE PERSON"
    assert {asked.body["source"] for asked in libretranslate.asked} == {"de", "en"}


def test_a_second_time_nothing_is_asked(resident: Actor, libretranslate: Service) -> None:
    problem = submit(resident)
    translate(problem)
    asked = len(libretranslate.asked)
    assert translate(problem) == 0
    assert len(libretranslate.asked) == asked


def test_it_never_overwrites_what_people_wrote(resident: Actor, libretranslate: Service) -> None:
    problem = submit(resident)
    edit(problem, Wording("Bins overflow", "", "en"), by=resident)
    assert translate(problem) == 1
    assert problem.title["en"] == {"text": "Bins overflow", "by": "human"}
    assert problem.text["en"]["by"] == "machine"


def test_what_people_write_while_the_machine_works_stays(resident: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = submit(resident)

    class Slow:
        name = "slow"

        def translate(self, texts: list[str], **_: str) -> list[str]:
            edit(problem, Wording("Bins overflow", "Every Saturday.", "en"), by=resident)
            edit(problem, Wording(GERMAN.title, "Jeden Sonntag.", "de"), by=resident)
            return [f"machine {text}" for text in texts]

    monkeypatch.setattr("citytandem.streams.services.translation.translator", Slow)
    assert translate(problem) == 0
    assert problem.title["en"]["text"] == "Bins overflow"
    assert problem.text["en"]["text"] == "Every Saturday."


def test_people_replace_what_the_machine_wrote(resident: Actor, libretranslate: Service) -> None:
    problem = submit(resident)
    translate(problem)
    edit(problem, Wording("Bins overflow", "Every Saturday.", "en"), by=resident)
    assert problem.title["en"] == {"text": "Bins overflow", "by": "human"}
    assert problem.text["en"] == {"text": "Every Saturday.", "by": "human"}
    assert missing(problem, "en") == []


def test_a_change_of_the_original_drops_what_was_made_from_it_and_nothing_else(
    resident: Actor, libretranslate: Service
) -> None:
    problem = submit(resident)
    translate(problem, "en")
    translate(problem, "fr")
    edit(problem, Wording("Die Mülleimer sind voll", GERMAN.text, "de"), by=resident)
    assert set(problem.title) == {"de"}
    assert set(problem.text) == {"de", "en", "fr"}
    assert translate(problem, "en") == 1
    assert problem.title["en"]["text"] == "en: DIE MÜLLEIMER SIND VOLL"


def test_an_edit_beside_the_words_drops_nothing(innovation_unit: Actor, libretranslate: Service) -> None:
    solution = submit(innovation_unit, "solution", frame_conditions={"law": {"de": {"text": "Genehmigung"}}})
    translate(solution)
    edit(solution, None, by=innovation_unit, themes=["waste"])
    assert missing(solution, "en") == []
    edit(solution, None, by=innovation_unit, frame_conditions={"law": {"de": {"text": "Keine"}}})
    assert solution.frame_conditions == {"law": {"de": {"text": "Keine", "by": "human"}}}


def test_importing_the_same_again_keeps_the_translation(libretranslate: Service) -> None:
    law = {"bg": {"text": "Закон", "by": "human"}}

    def load(title: str) -> Any:
        return record_import(
            kind="solution",
            identifier=stable_id("solution", "x"),
            slug="x",
            language="bg",
            title={"bg": title},
            text={"bg": "Текст"},
            fields={"visibility": "public", "city": stable_id("city", "sofia"), "frame_conditions": {"law": law}},
            by=SYSTEM,
        )

    solution = load("Сензори")
    assert translate(solution, "de") == 3
    again = load("Сензори")
    assert again.version == 1
    assert again.title["de"]["by"] == again.frame_conditions["law"]["de"]["by"] == "machine"
    other = load("Кофи")
    assert set(other.title) == {"bg"}
    assert set(other.text) == {"bg", "de"}


def test_only_what_people_wrote_is_in_the_index(resident: Actor, libretranslate: Service) -> None:
    problem = submit(resident)
    translate(problem)
    edit(problem, Wording("Les poubelles débordent", "", "fr"), by=resident)
    translate(problem, "fr")
    index_things("problem", [problem.id])
    rows = dict(Entry.objects.filter(object_id=problem.id).values_list("language", "text"))
    assert rows == {"de": GERMAN.text, "fr": ""}


@pytest.mark.usefixtures("quick_embedder")
def test_a_hit_that_shows_the_machines_words_is_marked(resident: Actor, libretranslate: Service) -> None:
    from citytandem.search.services import embed_waiting

    problem = submit(resident)
    translate(problem)
    index_things("problem", [problem.id])
    embed_waiting()
    question = question_of_text(f"{GERMAN.title}. {GERMAN.text}", language="de")
    for reader, is_machine in (("en", True), ("de", False)):
        found = match(question, reader=reader)
        assert [hit.is_machine for hit in found.problems] == [is_machine]
        assert found.as_json()["problems"][0]["is_machine"] is is_machine
        assert hits.hits_of(found).alike[0].title.is_machine is is_machine


def test_nothing_happens_without_a_translator(
    resident: Actor, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        problem = submit(resident)
    assert not ProcrastinateJob.objects.filter(task_name="streams.translate").exists()
    assert translate(problem) == 0
    assert record_translate_all(kind="problem", key=problem.id, by=SYSTEM) == 0
    assert set(problem.title) == {"de"}
    assert not Change.objects.filter(what="translated").exists()


def test_a_submission_and_each_change_ask_for_one_job(
    resident: Actor, libretranslate: Service, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        problem = submit(resident)
    with django_capture_on_commit_callbacks(execute=True):
        edit(problem, Wording("Anders", "", "de"), by=resident)
    job = ProcrastinateJob.objects.get(task_name="streams.translate")
    assert (job.queue_name, job.args) == ("heavy", {"kind": "problem", "object_id": str(problem.id)})
    assert job.priority < ProcrastinateJob.objects.get(task_name="search.embed").priority
    assert libretranslate.asked == []


def test_the_job_translates_into_the_nodes_language_and_english(resident: Actor, libretranslate: Service) -> None:
    node_set(name="София", home_city=None, home_slug="sofia", language="bg")
    problem = submit(resident)
    tasks.translate(kind="problem", object_id=str(problem.id))
    problem.refresh_from_db()
    assert {code: version["by"] for code, version in problem.title.items()} == {
        "de": "human",
        "bg": "machine",
        "en": "machine",
    }
    tasks.translate(kind="problem", object_id=str(stable_id("problem", "gone")))


@pytest.mark.parametrize("visibility", ["draft", "internal"])
def test_what_is_not_for_others_is_not_sent_anywhere(
    innovation_unit: Actor, libretranslate: Service, visibility: str
) -> None:
    assert translate(submit(innovation_unit, visibility=visibility)) == 0
    assert libretranslate.asked == []


def test_a_service_that_fails_leaves_the_record_as_it_is(resident: Actor, settings: Any) -> None:
    problem = submit(resident)
    with service(lambda _: Answer(status=500, raw=b"")) as running:
        settings.TRANSLATOR, settings.TRANSLATOR_URL = "libretranslate", running.url
        with pytest.raises(Unavailable):
            translate(problem)
    problem.refresh_from_db()
    assert set(problem.title) == {"de"}


def test_only_those_who_may_edit_may_have_it_translated(
    resident: Actor, make_actor: Callable[[str], Actor], libretranslate: Service
) -> None:
    problem = submit(resident)
    for stranger in (ANYBODY, make_actor("resident")):
        with pytest.raises(Forbidden):
            translate(problem, by=stranger)
    with pytest.raises(Invalid):
        translate(problem, "xx")
    with pytest.raises(NotFound):
        record_translate(kind="problem", key=stable_id("problem", "gone"), target="en", by=SYSTEM)
    assert translate(problem, by=resident) == 2


def delivered(order: dict[str, Any]) -> tuple[str, bytes]:
    """The address and the body with which eTranslation would deliver an order: in capitals."""
    html = base64.b64decode(order["documentToTranslate"]["document"]["content"]).decode()
    upper = html.upper().replace("ÜBER", "ÜBER!")
    body = {"requestId": 7, "targetLanguage": "EN", "result": base64.b64encode(upper.encode()).decode()}
    return order["deliveries"]["http"].removeprefix("https://node.example"), json.dumps(body).encode()


def deliver(client: Client, address: str, body: bytes) -> int:
    return client.post(address, data=body, content_type="application/json").status_code


def test_etranslation_delivers_later_and_once(resident: Actor, etranslation: Service) -> None:
    problem = submit(resident)
    assert translate(problem) == 0
    assert set(problem.title) == {"de"}
    address, body = delivered(etranslation.asked[0].body)
    client = Client(enforce_csrf_checks=True)
    assert deliver(client, address, b'{"requestId": 7, "targetLanguage": "EN"}') == 200
    assert deliver(client, address, body) == 200
    assert deliver(client, address, body) == 200
    problem.refresh_from_db()
    assert problem.title["en"]["text"] == "DIE MÜLLEIMER QUELLEN ÜBER!"
    assert problem.text["en"] | {"of": ""} == {"text": "JEDEN SAMSTAG.\nAM MARKT.", "by": "machine", "of": ""}
    assert Change.objects.filter(object_id=problem.id, what="translated").count() == 1


def test_a_delivery_for_words_that_have_changed_is_put_aside(resident: Actor, etranslation: Service) -> None:
    problem = submit(resident)
    translate(problem)
    address, body = delivered(etranslation.asked[0].body)
    edit(problem, Wording("Anders", GERMAN.text, "de"), by=resident)
    assert deliver(Client(), address, body) == 200
    problem.refresh_from_db()
    assert set(problem.title) == {"de"}


def test_a_delivery_that_nobody_ordered_is_not_found(resident: Actor, etranslation: Service, settings: Any) -> None:
    problem = submit(resident)
    translate(problem)
    address, body = delivered(etranslation.asked[0].body)
    assert deliver(Client(), address[:-1] + ("x" if address[-1] != "x" else "y"), body) == 404
    assert deliver(Client(), "/translations/anything", body) == 404
    assert Client().get(address).status_code == 405
    settings.TRANSLATOR = ""
    assert deliver(Client(), address, body) == 404
    problem.refresh_from_db()
    assert set(problem.title) == {"de"}


def test_an_order_is_good_for_a_week(resident: Actor, etranslation: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = submit(resident)
    translate(problem)
    address, body = delivered(etranslation.asked[0].body)
    monkeypatch.setattr("citytandem.streams.services.translation.SECONDS_OF_AN_ORDER", -1)
    with pytest.raises(NotFound):
        translation_receive(reference=address.rpartition("/")[2], raw=body)


@pytest.mark.parametrize("body", [b"", b'{"errorCode": -1, "errorMessage": "no"}', b'{"result": "AAAA"}'])
def test_a_bad_delivery_changes_nothing_and_is_not_asked_for_again(
    resident: Actor, etranslation: Service, body: bytes
) -> None:
    problem = submit(resident)
    translate(problem)
    address, _ = delivered(etranslation.asked[0].body)
    assert deliver(Client(), address, body) == 200
    problem.refresh_from_db()
    assert set(problem.title) == {"de"}


def test_a_delivery_for_a_record_that_is_gone_is_put_aside(resident: Actor, etranslation: Service) -> None:
    problem = submit(resident)
    translate(problem)
    address, body = delivered(etranslation.asked[0].body)
    problem.delete()
    assert deliver(Client(), address, body) == 200
