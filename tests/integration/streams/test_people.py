"""Records and the people around them: held texts, visitors, organisations, followers, files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.models import Person
from citytandem.conversation.contract import followers_of
from citytandem.core.errors import Forbidden, Invalid, NotFound
from citytandem.core.models import Node
from citytandem.core.node import node_set
from citytandem.core.subjects import subject_kind
from citytandem.moderation.models import Case
from citytandem.streams.models import Problem
from citytandem.streams.selectors import record_get
from citytandem.streams.services.records import Wording, record_edit, record_submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]
Make = Callable[[str], Actor]
TELLING = "Bitte rufen Sie mich an: 0151 23456789, Lampe kaputt"


def submit(by: Actor, text: str = "", *, title: str = "Lampe kaputt", **more: object) -> Problem:
    made: Problem = record_submit(kind="problem", wording=Wording(title, text, "de"), by=by, **more)  # type: ignore[arg-type]
    return made


def allow_visitors() -> None:
    node_set(name="Krefeld", home_city=None, home_slug="", language="de")
    Node.objects.update(switches={"visitors.problem": True})
    from citytandem.core.node import forget_node

    forget_node()


def test_a_text_with_personal_data_waits_and_only_its_author_and_moderators_read_it(make_actor: Make) -> None:
    anna, boris, moderator = (make_actor(role) for role in ("resident", "resident", "moderator"))
    problem = submit(anna, TELLING)
    assert problem.moderation == "held"
    assert Case.objects.get().object_id == problem.id
    for actor in (anna, moderator):
        assert record_get(actor, kind="problem", key=problem.code)
    for actor in (boris, ANYBODY):
        with pytest.raises(NotFound):
            record_get(actor, kind="problem", key=problem.code)


def test_personal_data_in_any_field_and_in_a_later_edit_is_seen(make_actor: Make) -> None:
    anna = make_actor("resident")
    assert submit(anna, details={"evidence": "Frag a.beispiel@post.example"}).moderation == "held"
    problem = submit(anna, "Seit Samstag.")
    assert problem.moderation == ""
    edited = record_edit(
        kind="problem", key=problem.id, version=1, by=anna, wording=Wording("Lampe", TELLING, "de"), details={}
    )
    assert edited.moderation == "held"


def test_a_draft_is_looked_at_when_it_is_sent(make_actor: Make) -> None:
    anna = make_actor("resident")
    draft = submit(anna, TELLING, details={"visibility": "draft"})
    assert draft.moderation == ""
    sent = record_edit(kind="problem", key=draft.id, version=1, by=anna, details={"visibility": "public"})
    assert sent.moderation == "held"


def test_what_moderation_took_down_is_not_edited_back(make_actor: Make) -> None:
    anna, moderator = make_actor("resident"), make_actor("moderator")
    problem = submit(anna, "Seit Samstag.")
    kind = subject_kind("problem")
    assert kind is not None
    assert kind.moderate is not None
    kind.moderate(problem.id, "removed", moderator)
    problem.refresh_from_db()
    with pytest.raises(Forbidden):
        record_edit(kind="problem", key=problem.id, version=problem.version, by=anna, details={"evidence": "x"})


def test_visitors_write_where_it_is_allowed_and_wait(client: Client) -> None:
    with pytest.raises(Forbidden):
        submit(ANYBODY)
    assert client.get("/problems/new").status_code == 302
    allow_visitors()
    assert submit(ANYBODY).moderation == "held"
    sent = {"title": "Bank morsch", "place_kind": "city", "visibility": "public", "sender": "resident", "seen": "1"}
    answer = client.post("/problems/new", sent)
    assert answer.status_code == 200
    problem = Problem.objects.order_by("-created_at").first()
    assert problem is not None
    assert (problem.created_by_id, problem.moderation) == (None, "held")
    assert problem.code in answer.content.decode()
    assert client.get("/solutions/new").status_code == 302


def test_one_writes_for_an_organisation_of_ones_own_and_its_members_go_on(make_actor: Make) -> None:
    member, stranger = make_actor("organisation_member"), make_actor("organisation_member")
    (organisation,) = member.organisations
    problem = submit(member, organisation=organisation)
    colleague = Actor(make_actor("resident").id, organisations=frozenset({organisation}))
    record_edit(kind="problem", key=problem.id, version=1, by=colleague, details={"evidence": "Fotos"})
    with pytest.raises(Forbidden):
        record_edit(kind="problem", key=problem.id, version=2, by=stranger, details={"evidence": "x"})
    with pytest.raises(Invalid):
        submit(stranger, organisation=organisation)


def test_authors_follow_what_they_wrote(make_actor: Make) -> None:
    anna = make_actor("resident")
    problem = submit(anna)
    assert anna.id in followers_of("problem", problem.id)


def test_the_page_of_a_record_shows_everything_within_twelve_queries(
    make_actor: Make, client: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    author = make_actor("organisation_member")
    problem = submit(author, TELLING, organisation=next(iter(author.organisations)))
    client.force_login(Person.objects.get(id=author.id))
    client.get(f"/problems/{problem.code}")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        page = client.get(f"/problems/{problem.code}")
    html = page.content.decode()
    assert f"/files/of/problem/{problem.id}" in html
    assert f"/report?about=problem:{problem.id}" in html
    assert f"/conversation/problem/{problem.id}" in html
    assert "Organisation" in html


def test_nobody_fills_the_streams_in_an_hour(make_actor: Make, client: Client) -> None:
    client.force_login(Person.objects.get(id=make_actor("resident").id))
    statuses = [client.post("/problems/new", {}).status_code for _try in range(31)]
    assert statuses == [422] * 30 + [429]
