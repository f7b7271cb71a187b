"""Conversations as pages: with and without scripts, nothing typed is lost, nothing in a comment is ever markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import ANYBODY, Actor, departments
from citytandem.conversation import selectors
from citytandem.conversation.contract import conversation_of, question_ask
from citytandem.conversation.models import Comment, Role
from citytandem.conversation.services.publishing import comment_moderate
from citytandem.core import clock
from citytandem.core.ids import uuid7
from citytandem.core.node import this_node
from citytandem.core.subjects import HELD, subject
from citytandem.streams.models import Problem, Visibility
from tests.integration.conversation.talks import Talk

BrowserOf = Callable[[Actor | None], Client]


def address(talk: Talk) -> str:
    """The page of the conversation."""
    return f"/conversation/problem/{talk.problem.id}"


def many(talk: Talk, number: int, *, parent: Comment | None = None) -> list[Comment]:
    """Comments of the past, written at once; several share a millisecond."""
    start = int(clock.now().timestamp() * 1_000) - 1_000_000
    rows = [
        Comment(
            id=uuid7(now_ms=start + index // 3),
            kind="problem",
            object_id=talk.problem.id,
            parent=parent,
            depth=1 if parent else 0,
            language="en",
            text=f"comment {index}",
            author_id=talk.neighbour.id,
            created_at=clock.now(),
            published_at=clock.now(),
            told_at=clock.now(),
            moderation=HELD if index % 17 == 0 else "",
        )
        for index in range(number)
    ]
    return Comment.objects.bulk_create(rows)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_comment_is_written_and_leads_to_where_it_stands(talk: Talk, browser_of: BrowserOf) -> None:
    browser = browser_of(talk.neighbour)
    sent = browser.post(address(talk), {"text": "I see this, too.", "back": "thing"})
    written = Comment.objects.get()
    assert sent.status_code == 302
    assert sent["Location"] == f"/problems/{talk.problem.code}#c-{written.id}"
    reply = browser.post(address(talk), {"text": "And again.", "parent": str(written.id)})
    assert reply["Location"] == f"{address(talk)}?thread={written.id}#c-{Comment.objects.get(depth=1).id}"
    shown = browser.get(address(talk)).content.decode()
    assert "I see this, too." in shown
    assert "And again." in shown
    assert "neighbour" in shown


@pytest.mark.parametrize(("text", "told"), [("", "Write something first"), ("long " * 1_001, "at most 5,000")])
def test_whatever_is_wrong_nothing_typed_is_lost(talk: Talk, browser_of: BrowserOf, text: str, told: str) -> None:
    browser = browser_of(talk.staff)
    data = {"text": text, "voice": f"answer:{talk.department}"}
    answer = browser.post(address(talk), data)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert told in shown
    assert text.strip() in shown
    assert re.search(rf'value="answer:{talk.department}"\s+selected', shown)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"text": "hi", "parent": "not-an-id"}, {"text": "hi", "voice": "answer:nobody"}, {"text": "hi", "back": "x"},
        {"text": "hi", "voice": "organisation:"}, {},
    ],
)  # fmt: skip
def test_forged_forms_are_told_so(talk: Talk, browser_of: BrowserOf, data: dict[str, str]) -> None:
    assert browser_of(talk.staff).post(address(talk), data).status_code == 422
    assert not Comment.objects.exists()


def test_a_reply_to_what_is_gone_keeps_the_words(talk: Talk, browser_of: BrowserOf) -> None:
    answer = browser_of(talk.neighbour).post(address(talk), {"text": "My long reply", "parent": str(uuid4())})
    assert answer.status_code == 404
    assert "My long reply" in answer.content.decode()


def test_too_often_is_told_and_keeps_the_words(talk: Talk, browser_of: BrowserOf) -> None:
    browser = browser_of(talk.neighbour)
    for number in range(10):
        assert browser.post(address(talk), {"text": f"comment {number}"}).status_code == 302
    answer = browser.post(address(talk), {"text": "the eleventh"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "the eleventh" in answer.content.decode()


def test_visitors_are_told_what_they_can_do(talk: Talk, browser_of: BrowserOf, switch: Callable[..., None]) -> None:
    visitor = browser_of(None)
    shown = visitor.get(address(talk)).content.decode()
    assert "Sign in to write a comment." in shown
    assert "<textarea" not in shown
    refused = visitor.post(address(talk), {"text": "My words"})
    assert refused.status_code == 403
    assert "My words" in refused.content.decode()
    switch(**{"visitors.comment": True})
    assert "<textarea" in visitor.get(address(talk)).content.decode()
    sent = visitor.post(address(talk), {"text": "My words", "visitor_name": "Passing by"}, follow=True)
    told = sent.content.decode()
    assert "waits until somebody has looked at it" in told
    assert "My words" not in told


def test_with_htmx_the_part_comes_back(talk: Talk, browser_of: BrowserOf) -> None:
    browser = browser_of(talk.neighbour)
    by_htmx = {"hx-request": "true"}
    whole = browser.post(address(talk), {"text": "A thread"}, headers=by_htmx)
    assert (whole["HX-Retarget"], whole["HX-Reswap"]) == ("#conversation", "outerHTML")
    assert whole.content.decode().startswith("<section")
    root = Comment.objects.get()
    form = browser.get(f"/comments/{root.id}/reply", headers=by_htmx).content.decode()
    assert form.startswith("<form")
    assert f'value="{root.id}"' in form
    thread = browser.post(address(talk), {"text": "A reply", "parent": str(root.id)}, headers=by_htmx)
    assert thread["HX-Retarget"] == f"#t-{root.id}"
    assert thread.content.decode().startswith("<li")
    assert "A reply" in thread.content.decode()
    wrong = browser.post(address(talk), {"text": ""}, headers=by_htmx)
    assert wrong["HX-Retarget"] == "closest form"
    assert "Write something first" in wrong.content.decode()


def test_a_forged_request_from_elsewhere_is_refused(talk: Talk, browser_of: BrowserOf) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser_of(talk.neighbour).cookies
    for path in (address(talk), f"/follow/problem/{talk.problem.id}"):
        assert strict.post(path, {"text": "hello"}).status_code == 403
    assert not Comment.objects.exists()


# --- nothing is markup ------------------------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    'https://example.org/"onmouseover="alert(1)',
    "https://example.org/<script>alert(1)</script>",
    "javascript:alert(1)",
    "@waste<script>",
    "https://example.org/'onclick='alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "]]><svg onload=alert(1)>",
    "{{ 7|add:7 }}{% now 'Y' %}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_words_stay_words(talk: Talk, browser_of: BrowserOf, attack: str) -> None:
    talk.say(attack, language="en")
    shown = browser_of(talk.moderator).get(address(talk)).content.decode()
    said = shown[shown.index('class="ct-comment__words"') : shown.index("</article>")]
    tags = re.findall(r"<\s*/?\s*([a-z]+)([^>]*)", said)
    assert {name for name, _rest in tags} <= {"div", "a", "br", "ul", "li"}
    assert not [rest for _name, rest in tags if re.search(r"\son\w+\s*=", rest)]
    assert not re.search(r'href="(?!https?://|/)', said)


def test_links_tell_search_engines_nothing(talk: Talk, browser_of: BrowserOf) -> None:
    talk.say("See https://example.org/a?b=1&c=2 and @waste")
    shown = browser_of(None).get(address(talk)).content.decode()
    link = '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow ugc noopener">example.org/a?b=1&amp;c=2</a>'
    assert link in shown
    assert '<a class="ct-mention" href="/departments/waste">@waste</a>' in shown


def test_a_name_is_no_markup_either(talk: Talk, browser_of: BrowserOf, switch: Callable[..., None]) -> None:
    switch(**{"visitors.comment": True})
    comment = talk.say("hello", by=ANYBODY, visitor_name="<b onclick=x>Me</b>")
    comment_moderate(comment_id=comment.id, state="", by=talk.moderator)
    assert "<b onclick" not in browser_of(None).get(address(talk)).content.decode()


# --- reading ----------------------------------------------------------------------------------------------------------


def test_paging_over_500_comments_loses_and_doubles_nothing(talk: Talk) -> None:
    rows = many(talk, 500)
    question_ask(kind="problem", object_id=talk.problem.id, text="Which market?", by=talk.unit)
    visible = {one.id for one in rows if one.moderation != HELD}
    seen: list[object] = []
    after: str | None = None
    while True:
        page = selectors.threads_of(ANYBODY, kind="problem", object_id=talk.problem.id, after=after)
        seen += [one.id for one in page.items]
        after = page.next_cursor
        if after is None:
            break
        # Somebody writes while we read.
        talk_on = many(talk, 1)
        visible_later = {one.id for one in talk_on}
        assert not visible_later & visible
    assert len(seen) == len(set(seen))
    assert visible <= set(seen)
    assert selectors.threads_of(ANYBODY, kind="problem", object_id=talk.problem.id).items[0].role == Role.QUESTION


def test_replies_are_paged_in_the_order_of_writing(talk: Talk, browser_of: BrowserOf) -> None:
    root = talk.say("root")
    rows = many(talk, 250, parent=root)
    visible = sorted((one for one in rows if one.moderation != HELD), key=lambda one: one.id)
    shown = conversation_of(ANYBODY, kind="problem", object_id=talk.problem.id, reader="en").threads[0]
    assert [one.id for one in shown.replies] == [one.id for one in visible[: selectors.REPLIES]]
    assert shown.replies_in_all == len(visible)
    seen: list[object] = []
    after: str | None = None
    while True:
        page = selectors.replies_of(ANYBODY, thread=root.id, after=after)
        seen += [one.id for one in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert seen == [one.id for one in visible]
    for one in (visible[0], visible[120], visible[-1]):
        landed = browser_of(None).get(f"/comments/{one.id}", follow=True)
        assert f'id="c-{one.id}"' in landed.content.decode()


@pytest.mark.parametrize("after", ["x", "W10", "W3RydWUsInkiXQ"])
def test_an_invented_cursor_is_told_so(talk: Talk, browser_of: BrowserOf, after: str) -> None:
    assert browser_of(None).get(f"{address(talk)}?after={after}").status_code == 422


@pytest.mark.parametrize("who", ["neighbour", "staff", "moderator", "unit"])
def test_a_conversation_costs_three_queries_whatever_its_length(talk: Talk, who: str) -> None:
    for root in many(talk, 60)[:30]:
        many(talk, 3, parent=root)
    thing = subject("problem", talk.problem.id, reader="en")
    actor = getattr(talk, who)
    # Remembered by each process for half a minute.
    departments()
    this_node()
    if actor.id == talk.neighbour.id:
        Comment.objects.filter(moderation=HELD).update(moderation="")
    with CaptureQueriesContext(connection) as queries:
        shown = conversation_of(actor, kind="problem", object_id=talk.problem.id, reader="en", thing=thing)
    assert len(shown.threads) == selectors.THREADS
    # Streams read the problem again to say who of the staff may answer.
    assert len(queries) <= (4 if actor.is_staff else 3), "\n".join(query["sql"][:160] for query in queries)


@pytest.mark.parametrize("who", ["neighbour", "staff", "moderator"])
def test_the_page_stays_within_twelve_queries(talk: Talk, browser_of: BrowserOf, who: str) -> None:
    for root in many(talk, 60)[:30]:
        many(talk, 3, parent=root)
    browser = browser_of(getattr(talk, who))
    for path in (address(talk), f"{address(talk)}?thread={Comment.objects.filter(depth=0, moderation='').first().id}"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        assert len(queries) <= 12, "\n".join(query["sql"][:160] for query in queries)


def test_what_one_may_not_read_has_no_conversation(talk: Talk, browser_of: BrowserOf) -> None:
    comment = talk.say("between us", by=talk.sender)
    Problem.objects.filter(id=talk.problem.id).update(visibility=Visibility.DRAFT)
    outsider = browser_of(talk.neighbour)
    for path in (
        address(talk),
        f"/comments/{comment.id}",
        f"/comments/{comment.id}/reply",
        f"/comments/{comment.id}/edit",
    ):
        answer = outsider.get(path)
        assert answer.status_code == 404
        assert "between us" not in answer.content.decode()
    assert outsider.post(address(talk), {"text": "hello"}).status_code == 404


def test_mending_and_withdrawing_by_pages(talk: Talk, browser_of: BrowserOf) -> None:
    comment = talk.say("It is brken")
    mine, other = browser_of(talk.neighbour), browser_of(talk.member)
    path = f"/comments/{comment.id}"
    assert "It is brken" in mine.get(f"{path}/edit").content.decode()
    assert other.get(f"{path}/edit").status_code == 403
    assert browser_of(None).get(f"{path}/edit")["Location"].startswith("/sign-in")
    assert mine.post(f"{path}/edit", {"text": ""}).status_code == 422
    assert mine.post(f"{path}/edit", {"text": "It is broken"}).status_code == 302
    assert other.get(f"{path}/versions").status_code == 403
    assert "It is brken" in browser_of(talk.moderator).get(f"{path}/versions").content.decode()
    assert other.post(f"{path}/withdraw").status_code == 403
    assert mine.get(f"{path}/withdraw").status_code == 200
    assert mine.post(f"{path}/withdraw").status_code == 302
    assert "withdrawn by its author" in other.get(address(talk)).content.decode()
    assert "It is broken" not in other.get(address(talk)).content.decode()


def test_everybody_but_the_author_can_report(talk: Talk, browser_of: BrowserOf) -> None:
    comment = talk.say("hm")
    link = f"/report?about=comment:{comment.id}"
    assert link in browser_of(None).get(address(talk)).content.decode()
    assert link not in browser_of(talk.neighbour).get(address(talk)).content.decode()
