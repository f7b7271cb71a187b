"""Surveys from the first question to published results, and what keeps those who answered from being known."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.notifications.models import Notice
from citytandem.partnerships.models import Survey, SurveyAnswer, SurveyQuestion, SurveyTicket
from citytandem.partnerships.reporting.reading import programme_record
from citytandem.partnerships.surveys import asking, building, reading
from citytandem.partnerships.surveys.answering import answer_with_ticket
from citytandem.partnerships.surveys.texts import texts_group
from tests.integration.partnerships.programme_world import programme_world
from tests.integration.partnerships.survey_world import QUESTION, a_survey, answered, opened, with_contacts

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    return programme_world(make_actor)


def browser(actor: Actor | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def secrets() -> list[str]:
    """The addresses that were mailed."""
    return [
        notice.path.rsplit("/", 1)[1] for notice in Notice.objects.filter(template="survey_invited").order_by("address")
    ]


def results(survey: Survey, by: Actor, number: int = 1) -> reading.Found:
    row, waves = reading.survey_shown(by, survey.slug)
    return reading.found_in(row, waves, next(one for one in waves if one.number == number), everything=True)


def test_the_standard_questionnaire_is_there_in_nine_languages(world: SimpleNamespace) -> None:
    row = a_survey(world.programme, world.coordinator, standard=True)
    questions = SurveyQuestion.objects.filter(survey=row).exclude(topic="")
    assert {one.topic for one in questions} == {"method", "networking", "impulses", "added_value"}
    for one in questions:
        assert len(one.text) == 9, one.key
        assert len({version["text"] for version in one.text.values()}) == 9, one.key


def test_only_the_coordination_builds(world: SimpleNamespace) -> None:
    with pytest.raises(Forbidden):
        a_survey(world.programme, world.unit)
    row = a_survey(world.programme, world.coordinator)
    with pytest.raises(Forbidden):
        building.question_write(survey_id=row.id, key="", values=QUESTION, by=world.unit)
    with pytest.raises(Forbidden):
        opened(row, world.unit)


def test_questions_move_and_keep_their_key(world: SimpleNamespace) -> None:
    row = a_survey(world.programme, world.coordinator, {"text": "One"}, {"text": "Two"}, {"text": "Three"})
    building.question_move(survey_id=row.id, key="q3", up=True, by=world.coordinator)
    building.question_move(survey_id=row.id, key="q1", up=True, by=world.coordinator)
    assert [one.key for one in reading.questions_of(row)] == ["q1", "q3", "q2"]
    building.question_remove(survey_id=row.id, key="q1", by=world.coordinator)
    assert [one.key for one in reading.questions_of(row)] == ["q3", "q2"]
    with pytest.raises(NotFound):
        building.question_remove(survey_id=row.id, key="q1", by=world.coordinator)


@pytest.mark.parametrize(("values", "code"), [
    ({"kind": "choice", "options": "Only one"}, "survey.options"),
    ({"kind": "multi", "options": "Same\nsame"}, "survey.options_twice"),
    ({"kind": "number", "least": 5.0, "most": 5.0}, "survey.range"),
])  # fmt: skip
def test_odd_questions_are_refused(world: SimpleNamespace, values: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_survey(world.programme, world.coordinator, values)
    assert refused.value.code == code


def test_what_was_asked_and_promised_stays(world: SimpleNamespace) -> None:
    row = a_survey(world.programme, world.coordinator)
    opened(row, world.coordinator)
    building.question_write(
        survey_id=row.id,
        key="q1",
        values={**QUESTION, "text": "Es hat sich gelohnt.", "language": "de"},
        by=world.coordinator,
    )
    assert SurveyQuestion.objects.get(survey=row).text["en"]["text"] == "It was worth it."
    for change in ({"steps": 7}, {"kind": "text"}):
        with pytest.raises(Conflict):
            building.question_write(survey_id=row.id, key="q1", values={**QUESTION, **change}, by=world.coordinator)
    with pytest.raises(Conflict):
        building.question_remove(survey_id=row.id, key="q1", by=world.coordinator)
    with pytest.raises(Conflict) as refused:
        building.survey_write(
            programme_id=world.programme.id, survey_id=row.id, by=world.coordinator,
            values={"title": "T", "text": "", "language": "en", "partnership": "", "is_anonymous": False, "least": 5},
        )  # fmt: skip
    assert refused.value.code == "survey.promised"


def test_everybody_is_invited_once_and_answers_once(world: SimpleNamespace) -> None:
    with_contacts(world, 2)
    row = a_survey(world.programme, world.coordinator)
    wave = opened(row, world.coordinator)
    assert asking.invite_contacts(survey_id=row.id, number=1, by=world.coordinator) == asking.Invited(4, 0)
    assert asking.invite_contacts(survey_id=row.id, number=1, by=world.coordinator) == asking.Invited(0, 4)
    asking.invite_addresses(
        survey_id=row.id,
        number=1,
        addresses=["a@example.org", "a@example.org"],
        language="de",
        by=world.coordinator,
    )
    assert len(secrets()) == 5
    answer_with_ticket(secrets()[0], {"q1": 4}, may_be_quoted=False)
    with pytest.raises(Conflict) as refused:
        answer_with_ticket(secrets()[0], {"q1": 5}, may_be_quoted=False)
    assert refused.value.code == "survey.answered"
    assert [one.values for one in SurveyAnswer.objects.filter(wave=wave)] == [{"q1": 4}]
    with pytest.raises(NotFound):
        answer_with_ticket("made-up", {"q1": 5}, may_be_quoted=False)


@pytest.mark.parametrize(("values", "code"), [
    ({"q1": 9}, "survey.answer_unknown"), ({"q1": "4"}, "survey.answer_unknown"), ({}, "survey.answer_missing"),
    ({"q1": 3, "q2": ["x"]}, "survey.answer_unknown"), ({"q1": 3, "q3": 7.5}, "survey.answer_range"),
    ({"q1": 3, "q4": "x" * 4_001}, "survey.answer_long"), ({"q1": 3, "q9": 1}, "survey.question_unknown"),
    ({"q1": True}, "survey.answer_unknown"), ({"q1": float("nan")}, "survey.answer_unknown"),
])  # fmt: skip
def test_answers_that_do_not_fit_are_refused(world: SimpleNamespace, values: dict[str, Any], code: str) -> None:
    row = a_survey(
        world.programme, world.coordinator, {"is_required": True}, {"kind": "multi", "options": "One\nTwo"},
        {"kind": "number", "least": 0.0, "most": 7.0}, {"kind": "text"},
    )  # fmt: skip
    wave = opened(row, world.coordinator)
    with pytest.raises(Invalid) as refused:
        answered(wave, values)
    assert refused.value.code == code
    assert not SurveyAnswer.objects.exists()


def test_late_answers_are_refused(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    row = a_survey(world.programme, world.coordinator)
    wave = asking.wave_open(
        survey_id=row.id, closes_at=clock.now() + timedelta(days=1), everybody=True, by=world.coordinator
    )
    answered(wave, {"q1": 1})
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Conflict):
        answered(wave, {"q1": 1})
    asking.wave_close(survey_id=row.id, number=1, by=world.coordinator)
    assert asking.wave_close(survey_id=row.id, number=1, by=world.coordinator).closed_at == later


@pytest.mark.django_db(transaction=True)
def test_one_ticket_counts_once_however_many_press_at_once(world: SimpleNamespace) -> None:
    with_contacts(world, 3)
    row = a_survey(world.programme, world.coordinator)
    opened(row, world.coordinator)
    asking.invite_contacts(survey_id=row.id, number=1, by=world.coordinator)
    wanted = [secret for secret in secrets() for _press in range(4)]

    def press(secret: str) -> bool:
        try:
            answer_with_ticket(secret, {"q1": 3}, may_be_quoted=False)
        except Conflict:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, wanted)) == 6
    assert SurveyAnswer.objects.count() == 6
    assert SurveyTicket.objects.filter(is_used=True).count() == 6


@pytest.mark.django_db(transaction=True)
def test_the_tables_do_not_tell_who_answered_what(world: SimpleNamespace) -> None:
    """Neither columns, nor the transaction that wrote a row, nor the order of rows on disk joins tickets to answers."""
    with_contacts(world, 5)
    row = a_survey(world.programme, world.coordinator)
    opened(row, world.coordinator)
    asking.invite_contacts(survey_id=row.id, number=1, by=world.coordinator)
    for place, secret in enumerate(secrets()[:8]):
        answer_with_ticket(secret, {"q1": place % 5 + 1}, may_be_quoted=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT xmin::text FROM partnerships_surveyanswer")
        written = {value for (value,) in cursor.fetchall()}
        cursor.execute("SELECT DISTINCT xmin::text FROM partnerships_surveyticket WHERE is_used")
        used = {value for (value,) in cursor.fetchall()}
        cursor.execute("SELECT (values->>'q1')::int FROM partnerships_surveyanswer ORDER BY ctid")
        order = [value for (value,) in cursor.fetchall()]
    assert written == used
    assert len(written) == 1
    assert sorted(order) == [1, 1, 2, 2, 3, 3, 4, 5]
    assert not SurveyAnswer.objects.exclude(pseudonym=None).exists()
    columns = {field.name for field in SurveyAnswer._meta.get_fields()}
    assert columns == {"id", "wave", "is_anonymous", "pseudonym", "values", "may_be_quoted"}


def test_numbers_of_few_stay_hidden_from_the_coordination_too(world: SimpleNamespace) -> None:
    row = a_survey(world.programme, world.coordinator)
    wave = opened(row, world.coordinator)
    answered(wave, *[{"q1": step} for step in (1, 2, 2, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5)])
    with pytest.raises(NotFound):
        reading.survey_shown(world.coordinator, row.slug)  # not while it is open
    asking.wave_close(survey_id=row.id, number=1, by=world.coordinator)
    finding = results(row, world.coordinator).numbers.findings[0]
    assert [cell.count for cell in finding.cells] == [None, None, None, 6, 6]
    assert finding.skipped is None


def test_named_surveys_follow_the_same_people(world: SimpleNamespace) -> None:
    contacts = with_contacts(world, 4)
    row = a_survey(world.programme, world.coordinator, is_anonymous=False)
    for gain in (0, 2):
        wave = asking.wave_open(survey_id=row.id, closes_at=None, everybody=False, by=world.coordinator)
        Notice.objects.all().delete()
        asking.invite_contacts(survey_id=row.id, number=wave.number, by=world.coordinator)
        for place, secret in enumerate(secrets()):
            answer_with_ticket(secret, {"q1": 1 + place % 2 + gain}, may_be_quoted=False)
        asking.wave_close(survey_id=row.id, number=wave.number, by=world.coordinator)
    change = results(row, world.coordinator, 2).changes["q1"]
    assert (change.value, change.low, change.high, change.cases, change.is_paired) == (2, 2, 2, len(contacts), True)


def test_published_results_are_for_everybody_and_can_be_taken_back(world: SimpleNamespace) -> None:
    row = a_survey(world.programme, world.coordinator)
    wave = opened(row, world.coordinator)
    answered(wave, *[{"q1": 5}] * 9)
    visitor, address = browser(), f"/surveys/{row.slug}/results"
    with pytest.raises(Conflict):
        asking.wave_publish(survey_id=row.id, number=1, shown=True, by=world.coordinator)
    asking.wave_close(survey_id=row.id, number=1, by=world.coordinator)
    assert visitor.get(address).status_code == 404
    asking.wave_publish(survey_id=row.id, number=1, shown=True, by=world.coordinator)
    page = visitor.get(address)
    assert page.status_code == 200
    assert "9 people took part" in page.content.decode()
    assert visitor.get(f"{address}.json").json()["rows"][4]["count"] == 9
    assert b"It was worth it." in b"".join(visitor.get(f"{address}.csv"))
    asking.wave_publish(survey_id=row.id, number=1, shown=False, by=world.coordinator)
    assert visitor.get(address).status_code == 404


def test_texts_are_grouped_and_only_quoted_with_consent(world: SimpleNamespace) -> None:
    from citytandem.partnerships.surveys.answering import answer_openly

    row = a_survey(world.programme, world.coordinator, {"kind": "text", "text": "Why?"})
    wave = opened(row, world.coordinator)
    for place in range(6):
        answer_openly(wave.key, {"q1": f"We had no time {place}"}, may_be_quoted=place == 0)
    asking.wave_close(survey_id=row.id, number=1, by=world.coordinator)
    (waiting,) = results(row, world.coordinator).groups["q1"]
    assert (waiting.count, len(waiting.quotes)) == (None, 6)
    texts_group(wave.id)
    inside = results(row, world.coordinator).groups["q1"]
    assert sum(len(group.quotes) for group in inside) == sum(group.count or 0 for group in inside) == 6
    SurveyAnswer.objects.filter(values__q1="We had no time 5").delete()  # erased later: it is told no more
    assert sum(len(group.quotes) for group in results(row, world.coordinator).groups["q1"]) == 5
    asking.wave_publish(survey_id=row.id, number=1, shown=True, by=world.coordinator)
    shown = browser().get(f"/surveys/{row.slug}/results").content.decode()
    assert re.findall(r"We had no time \d", shown) == ["We had no time 0"]


def test_erasing_a_sign_in_takes_named_answers_with_it(
    world: SimpleNamespace, make_actor: Callable[[str], Actor]
) -> None:
    contacts, person = with_contacts(world), make_actor("resident")
    contacts[0].person_id = person.id
    contacts[0].save()
    row = a_survey(world.programme, world.coordinator, is_anonymous=False)
    asking.wave_open(survey_id=row.id, closes_at=None, everybody=False, by=world.coordinator)
    asking.invite_contacts(survey_id=row.id, number=1, by=world.coordinator)
    for secret in secrets():
        answer_with_ticket(secret, {"q1": 3}, may_be_quoted=False)
    holding = next(one for one in holdings() if one.name == "partnerships.surveys")
    assert holding.export(person.id).rows["survey_answers"][0]["values"] == {"q1": 3}
    for one in holdings():  # in the order in which a sign-in is erased: that of contacts follows
        if one.name.startswith("partnerships."):
            one.erase(person.id)
    assert SurveyAnswer.objects.count() == 1


def test_pages_of_the_coordination(world: SimpleNamespace) -> None:
    """Everything by hand: begin, ask, invite, close, publish; no page takes more than 12 queries."""
    with_contacts(world, 2)
    unit = browser(world.coordinator)
    start = f"/programmes/{world.programme.slug}/surveys"
    form = {"title": "Our survey", "language": "en", "is_anonymous": "on", "least": "5", "standard": "on", "text": ""}
    assert unit.post(f"{start}/new", {**form, "title": ""}).status_code == 422
    made = unit.post(f"{start}/new", form)
    assert made.status_code == 302
    row = Survey.objects.get()
    home = f"/surveys/{row.slug}"
    question = {"text": "And you?", "language": "en", "kind": "choice", "options": "One"}
    assert unit.post(f"{home}/questions/new", question).status_code == 422
    assert unit.post(f"{home}/questions/new", {**question, "options": "One\nTwo"}).status_code == 302
    assert unit.post(f"{home}/questions/q1/order", {"wish": "up"}).status_code == 302
    assert unit.get(f"{home}/preview").status_code == 200
    assert unit.post(f"{home}/waves", {"closes_at": "2020-01-01"}).status_code == 422
    assert unit.post(f"{home}/waves", {"everybody": "on"}).status_code == 302
    odd = unit.post(f"{home}/waves/1/invite", {"addresses": "a@example.org\nno address"})
    assert odd.status_code == 422
    assert "These are no e-mail addresses: no address" in odd.content.decode()
    assert unit.post(f"{home}/waves/1/invite", {"addresses": "a@example.org\n\n a@example.org "}).status_code == 302
    assert len(secrets()) == 1
    assert unit.post(f"{home}/waves/1", {"wish": "invite"}).status_code == 302
    secret = secrets()[0]
    guest = browser()
    for address in (f"/surveys/answer/{secret}", f"/surveys/open/{row.waves.get().key}"):
        page = guest.get(address)
        assert page.status_code == 200
        assert "Our partner city was well chosen for us." in page.content.decode()
        wrong = guest.post(address, {"method_match": "8", "method_better": "More time"})
        assert wrong.status_code == 422
        assert "More time" in wrong.content.decode()
        assert guest.post(address, {"method_match": "4"}).status_code == 302
    assert "has answered" in guest.get(f"/surveys/answer/{secret}").content.decode()
    assert unit.post(f"{home}/waves/1", {"wish": "close"}).status_code == 302
    assert unit.post(f"{home}/waves/1", {"wish": "publish"}).status_code == 302
    for address in (start, f"{start}/new", f"{home}/build", f"{home}/edit", f"{home}/results", f"{home}/questions/q1"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert unit.get(address).status_code == 200, address
        assert len(queries) <= 12, address
    assert guest.get(start).status_code == 200
    assert guest.get(f"{home}/build").status_code == 302


def test_published_results_stand_in_the_report_of_the_programme(world: SimpleNamespace) -> None:
    """With what is hidden, the way to the results, and in the papers too; what is not public does not."""
    row = a_survey(world.programme, world.coordinator, {}, {"kind": "text"}, {"text": "Not asked by anybody."})
    wave = opened(row, world.coordinator)
    answered(wave, *[{"q1": step} for step in (1, 2, 2, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5)])
    asking.wave_close(survey_id=row.id, number=1, by=world.coordinator)
    assert not programme_record(world.coordinator, world.programme.slug, base="").answers
    asking.wave_publish(survey_id=row.id, number=1, shown=True, by=world.coordinator)
    record = programme_record(world.coordinator, world.programme.slug, base="")
    (answer,) = record.answers
    assert (answer.question.text, answer.asked) == ("It was worth it.", 15)
    assert [count for _label, count in answer.counts] == [None, None, None, 6, 6, None]
    assert (answer.survey.text, answer.href) == ("How was the exchange?", f"/surveys/{row.slug}/results")
    page = browser().get(f"/programme/report?programme={world.programme.slug}").content.decode()
    assert "It was worth it." in page
    for kind in ("pdf", "docx"):
        paper = browser().get(f"/programme/report.{kind}?programme={world.programme.slug}")
        assert paper.status_code == 200, kind


def test_a_share_that_falls_is_told_as_falling(world: SimpleNamespace) -> None:
    row = a_survey(world.programme, world.coordinator, {"kind": "choice", "options": "Yes\nNo"})
    for yes, no in ((15, 5), (5, 15)):
        wave = opened(row, world.coordinator)
        answered(wave, *[{"q1": "o1"}] * yes, *[{"q1": "o2"}] * no)
        asking.wave_close(survey_id=row.id, number=wave.number, by=world.coordinator)
    page = browser(world.coordinator).get(f"/surveys/{row.slug}/results").content.decode()
    assert "The share of the first answer changed by -50 points" in page
    assert "That is more than chance." in page


def test_counting_invitations_and_answers_does_not_multiply_them(world: SimpleNamespace) -> None:
    with_contacts(world, 3)
    row = a_survey(world.programme, world.coordinator)
    wave = opened(row, world.coordinator)
    asking.invite_contacts(survey_id=row.id, number=1, by=world.coordinator)
    answered(wave, *[{"q1": 3}] * 4)
    (counted,) = reading.waves_counted(row)
    assert (counted.asked, counted.given) == (6, 4)
