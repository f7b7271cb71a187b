"""The pages of proposals, of the funnel, of questions and of tables, as each role sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Challenge, Openness, Proposal, ProposalImport, Question
from citytandem.challenges.services.importing import import_run
from citytandem.challenges.services.merging import proposal_merge
from citytandem.challenges.services.proposals import Offer, proposal_edit
from citytandem.challenges.services.questions import question_ask
from citytandem.core import clock
from citytandem.core.versions import translations
from citytandem.files.contract import attachments_of
from citytandem.search.services import embed_waiting, index_things
from tests.conftest import QuickEmbedder
from tests.integration.challenges.making import a_challenge, a_proposal, resident, staff, unit

pytestmark = pytest.mark.django_db
VISITOR = None
TEXT = "Sensors in the bins tell the rounds which of them are full."


def browser(actor: Actor | None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def path_of(challenge: Challenge) -> str:
    return f"/challenges/{challenge.slug}"


def test_the_list_says_from_when_on_everybody_may_read(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = a_challenge()
    a_proposal(challenge, by=resident())
    page = browser(VISITOR).get(f"{path_of(challenge)}/proposals").content.decode()
    assert "Everybody can read them from" in page
    assert "Nothing to see here yet" in page
    assert "Fill-level sensors" not in page
    mine = browser(resident()).get(f"{path_of(challenge)}/proposals").content.decode()
    assert "Fill-level sensors" in mine
    assert "yours" in mine
    end = challenge.closes_at
    assert end is not None
    monkeypatch.setattr(clock, "now", lambda: end)
    assert "Fill-level sensors" in browser(VISITOR).get(f"{path_of(challenge)}/proposals").content.decode()


def test_what_waits_for_thirty_days_is_told_to_everybody() -> None:
    challenge = a_challenge(openness="at_once")
    a_proposal(challenge, step_since=clock.now() - timedelta(days=31))
    page = browser(VISITOR).get(f"{path_of(challenge)}/proposals").content.decode()
    assert "1 proposal has waited for its next step for 30 days or more" in page


def test_a_proposal_is_handed_in_with_its_files(quick_embedder: QuickEmbedder) -> None:
    challenge = a_challenge()
    client = browser(resident())
    path = f"{path_of(challenge)}/proposals/new"
    assert client.get(path).status_code == 200
    sent = {"title": "Sensors", "text": TEXT, "cost": "1.200,50", "team": "Two engineers", "files": [_photo()]}
    answer = client.post(path, sent)
    made = Proposal.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/proposals/{made.code}")
    assert (str(made.cost), made.team) == ("1200.50", "Two engineers")
    assert len(attachments_of("proposal", [made.id], actor=resident())[made.id]) == 1
    assert client.get(f"/files/of/proposal/{made.id}").status_code == 200
    assert browser(resident("other")).get(f"/files/of/proposal/{made.id}").status_code == 404


def _photo() -> SimpleUploadedFile:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return SimpleUploadedFile("bins.jpg", out.getvalue(), content_type="image/jpeg")


def test_after_the_last_second_what_was_typed_stays_on_the_page(
    monkeypatch: pytest.MonkeyPatch, quick_embedder: QuickEmbedder
) -> None:
    challenge = a_challenge()
    client = browser(resident())
    end = challenge.closes_at
    assert end is not None
    monkeypatch.setattr(clock, "now", lambda: end)
    answer = client.post(f"{path_of(challenge)}/proposals/new", {"title": "Sensors", "text": TEXT, "cost": "12"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The time for handing in is over" in page
    assert TEXT in page
    assert not Proposal.objects.exists()


def test_a_form_with_errors_keeps_everything_even_the_files(quick_embedder: QuickEmbedder) -> None:
    challenge = a_challenge()
    client = browser(resident())
    answer = client.post(
        f"{path_of(challenge)}/proposals/new", {"title": "Sensors", "text": "", "cost": "much", "files": [_photo()]}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in page for words in ("Sensors", "much", "bins.jpg", "Say what you propose."))


def test_visitors_are_asked_to_sign_in_and_come_back() -> None:
    challenge = a_challenge()
    path = f"{path_of(challenge)}/proposals/new"
    answer = browser(VISITOR).get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")
    assert browser(VISITOR).post(path, {"title": "x", "text": TEXT}).status_code == 403


def test_what_says_the_same_is_shown_first_but_only_what_the_sender_may_read(quick_embedder: QuickEmbedder) -> None:
    challenge = a_challenge(openness=Openness.AT_ONCE)
    there = a_proposal(challenge, title=translations(en="Sensors"), text=translations(en=TEXT))
    hidden = a_proposal(a_challenge(), title=translations(en="Sensors"), text=translations(en=TEXT))
    index_things("proposal", [there.id, hidden.id])
    embed_waiting()
    client = browser(resident())
    answer = client.post(f"{path_of(challenge)}/proposals/new", {"title": "Sensors", "text": TEXT})
    page = answer.content.decode()
    assert "Does one of these say the same?" in page
    assert f"/proposals/{there.code}" in page
    assert Proposal.objects.count() == 2
    assert (
        client.post(f"{path_of(challenge)}/proposals/new", {"title": "Sensors", "text": TEXT, "seen": "1"}).status_code
        == 302
    )
    elsewhere = client.post(f"{path_of(hidden.challenge)}/proposals/new", {"title": "Sensors", "text": TEXT})
    assert elsewhere.status_code == 302


def test_the_way_of_a_proposal_names_roles_and_nobody() -> None:
    challenge = a_challenge("assessment")
    made = a_proposal(challenge, "screened", by=resident("Somebody"))
    page = browser(VISITOR).get(f"/proposals/{made.code}").content.decode()
    assert "As the rules say." in page
    assert "Innovation unit" in page
    assert "Somebody" not in page


def test_a_merged_proposal_leads_to_the_other_one() -> None:
    challenge = a_challenge("assessment")
    one, other = a_proposal(challenge), a_proposal(challenge)
    proposal_merge(one.id, into=other.id, by=unit())
    page = browser(VISITOR).get(f"/proposals/{one.code}").content.decode()
    assert f"/proposals/{other.code}" in page
    assert f"{one.code}/split" not in page
    client = browser(unit())
    assert f"/proposals/{one.code}/split" in client.get(f"/proposals/{one.code}").content.decode()
    assert client.post(f"/proposals/{one.code}/split").status_code == 302
    one.refresh_from_db()
    assert one.merged_into_id is None


def test_changes_are_shown_word_by_word_to_whom_they_concern() -> None:
    made = a_proposal(a_challenge(openness=Openness.AT_ONCE), by=resident())
    client = browser(resident())
    sent = {"title": "Sensors in most bins", "text": TEXT, "version": "1"}
    assert client.post(f"/proposals/{made.code}/edit", sent).status_code == 302
    page = client.get(f"/proposals/{made.code}/versions").content.decode()
    assert "<ins>" in page
    assert "<del>" in page
    assert browser(unit()).get(f"/proposals/{made.code}/versions").status_code == 200
    for actor in (VISITOR, resident("other"), staff()):
        assert browser(actor).get(f"/proposals/{made.code}/versions").status_code == 403


def test_two_who_change_the_same_proposal_see_both_versions() -> None:
    made = a_proposal(a_challenge(), by=resident())
    proposal_edit(made.id, Offer("Theirs", TEXT), version=1, by=resident())
    answer = browser(resident()).post(f"/proposals/{made.code}/edit", {"title": "Mine", "text": TEXT, "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert 'value="2"' in page


def test_taking_back_asks_why() -> None:
    made = a_proposal(a_challenge(), by=resident())
    client = browser(resident())
    assert client.get(f"/proposals/{made.code}/withdraw").status_code == 200
    assert client.post(f"/proposals/{made.code}/withdraw", {"reason": ""}).status_code == 422
    assert client.post(f"/proposals/{made.code}/withdraw", {"reason": "No time."}).status_code == 302
    made.refresh_from_db()
    assert made.step == "withdrawn"


@pytest.mark.parametrize("part", ["funnel", "proposals/import"])
def test_the_rooms_of_the_innovation_unit_are_theirs(part: str) -> None:
    challenge = a_challenge(department_id=next(iter(staff().departments)))
    path = f"{path_of(challenge)}/{part}"
    assert browser(unit()).get(path).status_code == 200
    assert browser(resident()).get(path).status_code == 403
    assert browser(staff()).get(path).status_code == 403
    assert browser(VISITOR).get(path).status_code == 302


def test_steps_of_what_was_ticked_are_looked_at_and_then_taken() -> None:
    challenge = a_challenge()
    rows = [a_proposal(challenge, by=resident(f"s{number}")) for number in range(3)]
    Person.objects.filter(id=rows[0].created_by_id).update(language="de")
    client, path = browser(unit()), f"{path_of(challenge)}/funnel/step"
    ids = [str(row.id) for row in rows[:2]]
    chosen = client.post(path, {"id": ids}).content.decode()
    assert "For 2 proposals" in chosen
    assert 'value="screened"' in chosen
    assert 'value="implement"' not in chosen
    assert client.post(path, {"id": ids, "do": "look", "step": "screened", "reason": ""}).status_code == 422
    sent = {"id": ids, "step": "screened", "reason": "Alles ist da, danke."}
    looked = client.post(path, {**sent, "do": "look"}).content.decode()
    assert "What the senders are told" in looked
    assert "1 person, in Deutsch" in looked
    assert looked.count("Alles ist da, danke.") == 3
    assert set(Proposal.objects.values_list("step", flat=True)) == {"submitted"}
    assert client.post(path, {**sent, "do": "now"}).status_code == 302
    assert sorted(Proposal.objects.values_list("step", flat=True)) == ["screened", "screened", "submitted"]


def test_all_at_a_step_move_on_at_once() -> None:
    challenge = a_challenge()
    for _ in range(60):
        a_proposal(challenge, created_by_id=None)
    client, path = browser(unit()), f"{path_of(challenge)}/funnel/step"
    page = client.post(path, {"all": "submitted"}).content.decode()
    assert "For 60 proposals" in page
    seen = {"all": "submitted", "count": "60", "seen_at": clock.now().isoformat()}
    late = a_proposal(challenge)
    answer = client.post(path, {**seen, "do": "now", "step": "screened", "reason": "Complete."})
    assert answer.status_code == 302
    assert Proposal.objects.filter(step="screened").count() == 60
    late.refresh_from_db()
    assert late.step == "submitted"


def test_rubbish_in_the_form_of_a_step_does_nothing() -> None:
    challenge, other = a_challenge(), a_proposal(a_challenge())
    client, path = browser(unit()), f"{path_of(challenge)}/funnel/step"
    for sent in (
        {}, {"id": ["x", "\x00", str(other.id)]}, {"all": "nowhere"}, {"all": "submitted", "count": "x", "do": "now"},
    ):  # fmt: skip
        assert client.post(path, {**sent, "step": "screened", "reason": "x"}).status_code == 302
    assert set(Proposal.objects.values_list("step", flat=True)) == {"submitted"}


def test_the_funnel_shows_pairs_that_may_say_the_same(quick_embedder: QuickEmbedder) -> None:
    challenge = a_challenge()
    rows = [a_proposal(challenge, title=translations(en="Sensors"), text=translations(en=TEXT)) for _ in range(2)]
    rows.append(a_proposal(challenge, title=translations(en="Clowns"), text=translations(en="A parade at noon.")))
    index_things("proposal", [row.id for row in rows])
    embed_waiting()
    client = browser(unit())
    page = client.get(f"{path_of(challenge)}/funnel").content.decode()
    assert "May say the same" in page
    merge = client.get(f"/proposals/{rows[0].code}/merge").content.decode()
    assert f'value="{rows[1].code}"' in merge
    assert rows[2].code not in merge
    answer = client.post(f"/proposals/{rows[0].code}/merge", {"into": f"http://testserver/proposals/{rows[1].code}"})
    assert answer["Location"] == f"/proposals/{rows[1].code}"
    assert client.post(f"/proposals/{rows[2].code}/merge", {"into": "nothing"}).status_code == 404


def test_a_question_is_asked_and_answered_and_nobody_sees_who_asked() -> None:
    challenge = a_challenge()
    path = f"{path_of(challenge)}/questions"
    client = browser(resident("Curious"))
    assert client.post(path, {"text": ""}).status_code == 422
    assert client.post(path, {"text": "Which bins are meant here?"}).status_code == 302
    asked = Question.objects.get()
    desk = browser(unit())
    assert (
        "waits for an answer" in desk.get(f"{path_of(challenge)}/funnel").content.decode()
        or not Proposal.objects.exists()
    )
    assert desk.get(f"{path}/{asked.id}").status_code == 200
    assert desk.post(f"{path}/{asked.id}", {"text": "Those at the market."}).status_code == 302
    page = browser(VISITOR).get(path).content.decode()
    assert "Which bins are meant here?" in page
    assert "Those at the market." in page
    assert "Curious" not in page
    assert "only you see that" not in page
    assert browser(resident()).post(f"{path}/{asked.id}", {"text": "No."}).status_code == 403


def test_a_table_is_sent_watched_and_what_was_left_out_can_be_fetched() -> None:
    challenge = a_challenge()
    client, path = browser(unit()), f"{path_of(challenge)}/proposals/import"
    assert client.post(path).status_code == 422
    bad = client.post(path, {"file": SimpleUploadedFile("x.csv", "title\nMüll".encode("cp1252"))})
    assert bad.status_code == 422
    assert "not in UTF-8" in bad.content.decode()
    text = "title;cost;e-mail\nIdea;5;a@b.example\nOther;=HYPERLINK(1);\n"
    answer = client.post(path, {"file": SimpleUploadedFile("ideas.csv", text.encode())}, follow=True)
    page = answer.content.decode()
    assert "These columns are not read: e-mail." in page
    assert "0 of 2 rows are read." in page
    assert 'hx-trigger="load delay:2s"' in page
    made = ProposalImport.objects.get()
    import_run(made.id)
    page = client.get(f"{path}/{made.id}").content.decode()
    assert "1 proposal was taken over." in page
    assert "no amount of money" in page
    assert "hx-trigger" not in page
    file = client.get(f"{path}/{made.id}/left-out.csv")
    told = b"".join(file).decode("utf-8-sig")  # type: ignore[arg-type, attr-defined]
    assert "'=HYPERLINK(1)" in told
    assert "\n3," in told
    assert browser(resident()).get(f"{path}/{made.id}").status_code == 403
    assert client.get(f"{path}/{UUID(int=1)}").status_code == 404


@pytest.mark.parametrize("who", ["visitor", "sender", "unit"])
@pytest.mark.parametrize(
    "page", ["proposals", "proposal", "questions", "funnel", "funnel?step=submitted", "funnel?late=1"]
)
def test_pages_with_many_things_need_few_queries(
    who: str, page: str, django_assert_max_num_queries: Any, quick_embedder: QuickEmbedder
) -> None:
    challenge = a_challenge(openness=Openness.AT_ONCE)
    sender = resident()
    for number in range(30):
        step = ("submitted", "screened", "declined")[number % 3]
        a_proposal(challenge, step, by=sender, step_since=clock.now() - timedelta(days=number * 3))
    for number in range(5):
        question_ask(challenge.id, text=f"What about question {number}?", by=sender)
    merged, target = a_proposal(challenge), a_proposal(challenge)
    proposal_merge(merged.id, into=target.id, by=unit())
    if "funnel" in page and who != "unit":
        pytest.skip("not for them")
    client = browser({"visitor": VISITOR, "sender": sender, "unit": unit()}[who])
    path = f"/proposals/{merged.code}" if page == "proposal" else f"{path_of(challenge)}/{page}"
    client.get(path)
    with django_assert_max_num_queries(12):
        assert client.get(path).status_code == 200
