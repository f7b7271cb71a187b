"""The pages of the assessment: who sees what when, and nothing typed gets lost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.challenges.models import Challenge, Juror, Score
from citytandem.challenges.services.jury import juror_done
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.challenges.services.scoring import interest_declare
from tests.integration.challenges.juries import CRITERIA, Jury, a_jury, all_scored
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal, council, resident, second, staff, unit
from tests.integration.challenges.test_decision_record import browser

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


def path(jury: Jury, part: str = "assessment") -> str:
    return f"/challenges/{jury.challenge.slug}/{part}"


def outsiders() -> list[Actor]:
    return [resident("passer-by"), staff(), council()]


def test_visitors_sign_in_first_and_outsiders_are_turned_away() -> None:
    jury = a_jury()
    code = jury.proposals[0].code
    for part in (
        "assessment",
        "assessment/jury",
        "assessment/done",
        "assessment/close",
        f"assessment/{code}",
        "assessment/decide",
    ):
        assert browser().get(path(jury, part)).status_code == 302, part
        for actor in outsiders():
            # A proposal that is open to all is no secret, only its sheet is the jury's.
            assert browser(actor).get(path(jury, part)).status_code in {403, 404}, (part, actor.name)
    for part in ("assessment/jury", "assessment/close", "assessment/decide"):
        assert browser(jury.people[0]).get(path(jury, part)).status_code == 403


def test_the_desk_tells_how_far_one_is() -> None:
    jury = a_jury(proposals=4)
    jury.gives(0, 0, impact=1, cost=2, risk=3)
    jury.gives(0, 1, impact=1)
    interest_declare(jury.proposals[2].id, has_interest=True, text="A cousin.", by=jury.people[0])
    text = browser(jury.people[0]).get(path(jury)).content.decode()
    assert "2 of 4 done" in text
    for words in ("all scored", "1 of 3 criteria", "you have an interest", "not begun"):
        assert words in text


def test_interest_is_asked_first_and_scores_are_saved_by_the_page() -> None:
    jury = a_jury()
    client = browser(jury.people[0])
    sheet = path(jury, f"assessment/{jury.proposals[0].code}")
    assert "value_impact" not in client.get(sheet).content.decode()
    assert client.post(sheet, {}).status_code == 422 or not Score.objects.exists()
    assert client.post(sheet, {"has_interest": "no"}).status_code == 302
    assert "value_impact" in client.get(sheet).content.decode()
    answer = client.post(sheet, {"value_impact": "0", "value_cost": "", "value_risk": "5", "note_risk": "Dangerous."})
    assert answer.status_code == 302
    assert dict(Score.objects.values_list("criterion__key", "value")) == {"impact": 0.0, "risk": 5.0}
    text = client.get(sheet).content.decode()
    assert "Dangerous." in text
    assert 'value="impact risk"' in text
    onward = client.post(sheet, {"value_impact": "1", "next": "yes"})
    assert onward["Location"].endswith(jury.proposals[1].code)


@pytest.mark.parametrize("wrong", ["7", "NaN", "inf", "-1", "two", "1e999"])
def test_a_wrong_score_comes_back_with_everything_that_was_typed(wrong: str) -> None:
    jury = a_jury()
    jury.gives(0, 0)
    sheet = path(jury, f"assessment/{jury.proposals[0].code}")
    answer = browser(jury.people[0]).post(
        sheet, {"value_impact": wrong, "value_cost": "4", "note_cost": "A long thought."}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "A long thought." in text
    assert 'value="4" class="cs-mark__box"' in text.replace("required ", "") or "checked" in text
    assert not Score.objects.exists()


@pytest.mark.parametrize(("typed", "kept"), [("0,125", 0.125), ("0.125", 0.125), (" 99 ", 99.0), ("1e1", 10.0)])
def test_a_wide_scale_takes_numbers_as_people_type_them(typed: str, kept: float) -> None:
    challenge = a_challenge("assessment", criteria=[{"key": "share", "low": 0, "high": 100}])
    proposal, juror = a_proposal(challenge, "screened"), resident("juror")
    a_juror(challenge, by=juror)
    interest_declare(proposal.id, has_interest=False, by=juror)
    client, sheet = browser(juror), f"/challenges/{challenge.slug}/assessment/{proposal.code}"
    assert client.post(sheet, {"value_share": typed}).status_code == 302
    assert Score.objects.get().value == kept
    assert client.post(sheet, {"value_share": "100.5"}).status_code == 422
    assert "100.5" in client.post(sheet, {"value_share": "100.5"}).content.decode()
    assert client.get(sheet).status_code == 200


def test_scores_typed_when_the_time_is_over_are_not_lost_from_sight() -> None:
    jury = a_jury()
    jury.gives(0, 0)
    Challenge.objects.filter(id=jury.challenge.id).update(phase="decision", result={"state": "computing"})
    sheet = path(jury, f"assessment/{jury.proposals[0].code}")
    answer = browser(jury.people[0]).post(sheet, {"value_impact": "4", "note_impact": "My reasons."})
    assert answer.status_code == 409
    assert "My reasons." in answer.content.decode()


def test_nobody_sees_what_others_gave_before_being_done_and_then_by_number_only() -> None:
    jury = a_jury(people=3, proposals=1)
    jury.gives(0, 0, impact=1)
    jury.gives(1, 0, impact=2)
    jury.gives(2, 0, impact=3.75)
    Juror.objects.filter(number=3).update(done_at=jury.challenge.created_at)
    sheet = path(jury, f"assessment/{jury.proposals[0].code}")
    pages = [
        browser(jury.people[0]).get(one).content.decode() for one in (sheet, path(jury), path(jury, "assessment/done"))
    ]
    assert all("3.75" not in page and "What the others gave" not in page for page in pages)
    juror_done(jury.challenge.id, by=jury.people[0])
    text = browser(jury.people[0]).get(sheet).content.decode()
    assert "What the others gave" in text
    assert "3.75" in text
    assert "No. 3" in text
    # Whoever is not done is not read by those who are.
    assert "No. 2" not in text
    assert "Juror-3" not in text


def test_the_unit_sees_how_far_the_jury_is_and_no_score() -> None:
    jury = a_jury(people=2, proposals=2)
    jury.gives(0, 0, impact=3.75, cost=2.25, risk=1)
    for part in ("assessment", "assessment/jury", "assessment/close"):
        text = browser(unit()).get(path(jury, part)).content.decode()
        assert "1 of 2" in text, part
        assert "3.75" not in text
        assert "2.25" not in text
    sheet = path(jury, f"assessment/{jury.proposals[0].code}")
    assert browser(unit()).get(sheet).status_code == 403
    assert browser(unit()).get(f"{sheet}?lang=de").status_code == 403


def test_a_unit_member_in_the_jury_is_blind_as_well() -> None:
    jury = a_jury(people=1, proposals=1)
    a_juror(jury.challenge, by=unit())
    jury.gives(0, 0, impact=3.75)
    sheet = path(jury, f"assessment/{jury.proposals[0].code}")
    assert "3.75" not in browser(unit()).get(sheet).content.decode()
    assert browser(unit()).get(path(jury, "ranking")).status_code == 404


def test_the_ranking_is_nobodys_before_the_end_and_everybodys_after_the_decision() -> None:
    jury = a_jury()
    all_scored(jury)
    readers = [ANYBODY, *outsiders(), jury.people[0], unit(), second()]
    parts = (path(jury, "ranking"), path(jury, "ranking.json"))
    assert {browser(actor).get(one).status_code for actor in readers for one in parts} == {404}
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    result_compute(jury.challenge.id)
    told = {actor.name: browser(actor).get(parts[0]).status_code for actor in readers}
    assert [name for name, status in told.items() if status == 200] == [jury.people[0].name, "Unit", "Second"]
    assert set(told.values()) == {200, 404}
    Challenge.objects.filter(id=jury.challenge.id).update(phase="decided", decided_at=jury.challenge.created_at)
    assert {browser(actor).get(one).status_code for actor in readers for one in parts} == {200}


def test_the_jury_is_invited_changed_and_let_go_on_by_its_page() -> None:
    jury = a_jury(people=1)
    resident("new")
    client, page = browser(unit()), path(jury, "assessment/jury")
    assert client.post(page, {"email": "new@test.example"}).status_code == 302
    wrong = client.post(page, {"email": "nobody@test.example"})
    assert wrong.status_code == 422
    assert "nobody@test.example" in wrong.content.decode()
    assert client.post(page, {"email": "new@test.example"}).status_code == 409
    assert client.post(page, {"person": str(staff().id)}).status_code == 302
    assert list(Juror.objects.values_list("number", flat=True).order_by("number")) == [1, 2, 3]
    assert client.post(f"{page}/3/remove").status_code == 302
    assert client.post(f"{page}/77/remove").status_code == 404
    juror_done(jury.challenge.id, by=jury.people[0])
    assert client.post(f"{page}/1/reopen").status_code == 302
    assert not Juror.objects.filter(done_at__isnull=False).exists()
    assert browser(jury.people[0]).post(f"{page}/2/remove").status_code == 403


def test_done_warns_of_what_is_missing() -> None:
    jury = a_jury(proposals=2)
    jury.gives(0, 0, impact=1, cost=1, risk=1)
    client = browser(jury.people[0])
    assert "1 proposal is not complete" in client.get(path(jury, "assessment/done")).content.decode()
    assert client.post(path(jury, "assessment/done")).status_code == 302
    assert Juror.objects.get(number=1).done_at is not None


def test_the_end_warns_and_asks_why() -> None:
    jury = a_jury()
    client, page = browser(unit()), path(jury, "assessment/close")
    assert "2 members of the jury are not done" in client.get(page).content.decode()
    refused = client.post(page, {"told": "What I typed.", "reason": ""})
    assert refused.status_code == 422
    assert "What I typed." in refused.content.decode()
    done = client.post(page, {"told": "Assessed.", "reason": "Two are ill."})
    assert done["Location"].endswith("/ranking")
    text = client.get(path(jury, "ranking")).content.decode()
    assert "Step 0 of 5" in text
    assert client.post(page, {"told": "Again.", "reason": "Again."}).status_code == 409


def test_pages_ask_little_of_the_database() -> None:
    jury = a_jury(people=5, proposals=12)
    all_scored(jury)
    a_juror(jury.challenge, by=second())
    sheet = f"assessment/{jury.proposals[3].code}"
    juror_done(jury.challenge.id, by=jury.people[1])
    _count(browser(jury.people[0]), path(jury), path(jury, sheet), path(jury, "assessment/done"))
    _count(browser(jury.people[1]), path(jury, sheet))
    _count(
        browser(unit()),
        path(jury, "assessment/close"),
        path(jury, "assessment/jury"),
        path(jury),
        path(jury, "decision"),
    )
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    _count(browser(unit()), path(jury, "ranking"))
    result_compute(jury.challenge.id)
    what_if = "&".join(f"w_{one['key']}=3" for one in CRITERIA)
    _count(browser(unit()), path(jury, "ranking"), path(jury, f"ranking?{what_if}"), path(jury, "assessment/decide"))
    _count(browser(jury.people[0]), path(jury, "ranking"), path(jury, "decision"))
    Challenge.objects.filter(id=jury.challenge.id).update(phase="decided", decided_at=jury.challenge.created_at)
    _count(browser(), path(jury, "ranking"), path(jury, "decision"))


def _count(client: Client, *pages: str) -> None:
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        assert len(queries) <= MOST_QUERIES, (page, len(queries), [one["sql"][:90] for one in queries])
