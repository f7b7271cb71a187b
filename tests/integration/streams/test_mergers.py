"""A problem goes into another one: who followed it comes along, what was written stays, and a split undoes just that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.directory import forget_departments
from citytandem.accounts.models import Department, Person
from citytandem.conversation.contract import comment_write, conversation_of, follow, followers_of, mute, unfollow
from citytandem.conversation.models import Following, Reason
from citytandem.conversation.pages import follow_box_of
from citytandem.conversation.services import telling
from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.core.ids import uuid7
from citytandem.files.models import Attachment
from citytandem.notifications.models import Notice
from citytandem.streams.models import Change, Problem
from citytandem.streams.selectors import MOST_CHANGES
from citytandem.streams.services.moderating import problem_merge, problem_split
from citytandem.streams.services.records import Wording, problem_set_status, record_submit

pytestmark = pytest.mark.django_db
Make = Callable[[str], Actor]
MOST_QUERIES = 12


def write(title: str, *, by: Actor, **details: Any) -> Problem:
    made: Problem = record_submit(kind="problem", wording=Wording(title, None, "en"), by=by, details=details)
    return made


def say(problem: Problem, text: str, *, by: Actor) -> Any:
    return comment_write(kind="problem", object_id=problem.id, text=text, by=by)


def rows_of(problem: Problem) -> set[tuple[UUID, str, bool]]:
    rows = Following.objects.filter(object_id=problem.id)
    return set(rows.values_list("person_id", "reason", "is_muted"))


def hung(problem: Problem, *, by: Actor) -> None:
    Attachment.objects.create(
        id=uuid7(), kind="problem", object_id=problem.id, uploaded_by_id=by.id, name="photo.jpg", size=1,
        media_type="image/jpeg", sha256="0" * 64, width=8, height=8, alt="A lamp", state="ready",
        created_at=clock.now(), prepared_at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def anna(make_actor: Make) -> Actor:
    """Wrote the problem that stays."""
    return make_actor("resident")


@pytest.fixture
def boris(make_actor: Make) -> Actor:
    """Wrote the problem that goes into it."""
    return make_actor("resident")


@pytest.fixture
def moderator(make_actor: Make) -> Actor:
    return make_actor("moderator")


@pytest.fixture
def lamp(anna: Actor) -> Problem:
    return write("The lamp is dark", by=anna)


@pytest.fixture
def again(boris: Actor) -> Problem:
    return write("No light at the corner", by=boris)


def test_author_and_followers_come_along_and_a_split_takes_exactly_them_away(
    make_actor: Make, lamp: Problem, again: Problem, anna: Actor, boris: Actor, moderator: Actor
) -> None:
    chose, spoke, silent, both = (make_actor("resident") for _number in range(4))
    for person in (chose, both):
        follow(kind="problem", object_id=again.id, by=person)
    say(again, "Here as well.", by=spoke)
    mute(kind="problem", object_id=again.id, by=silent)
    follow(kind="problem", object_id=lamp.id, by=both)
    before, theirs = rows_of(lamp), rows_of(again)
    assert len(before) == 2
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    came = {(one.id, Reason.MERGED.value, False) for one in (boris, chose, spoke)}
    assert (rows_of(lamp), rows_of(again)) == (before | came, theirs)
    problem_split(problem_id=again.id, by=moderator)
    assert (rows_of(lamp), rows_of(again)) == (before, theirs)


def test_the_author_comes_along_though_they_did_not_follow_but_not_in_silence(
    make_actor: Make, lamp: Problem, again: Problem, boris: Actor, moderator: Actor
) -> None:
    Following.objects.filter(object_id=again.id).delete()
    quiet = make_actor("resident")
    third = write("It is dark here", by=quiet)
    mute(kind="problem", object_id=third.id, by=quiet)
    for problem in (again, third):
        problem_merge(problem_id=problem.id, into=lamp.id, by=moderator)
    assert boris.id in followers_of("problem", lamp.id)
    assert quiet.id not in followers_of("problem", lamp.id)


def test_who_came_along_is_told_and_told_why(lamp: Problem, again: Problem, boris: Actor, moderator: Actor) -> None:
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    why = "You follow this because an entry that you wrote or followed went into it."
    with translation.override("en"):
        assert follow_box_of(boris, kind="problem", object_id=lamp.id, reader="en").why == why
    say(lamp, "It is being mended.", by=moderator)
    telling.tell_waiting(limit=10)
    told = Notice.objects.get(person_id=boris.id, kind="comment")
    assert (told.about_id, told.why) == (lamp.id, "conversation_merged")


def test_whoever_is_drawn_in_after_a_merger_stays_when_it_is_taken_back(
    make_actor: Make, lamp: Problem, again: Problem, anna: Actor, moderator: Actor
) -> None:
    staff = make_actor("department_staff")
    (department,) = staff.departments
    Department.objects.filter(id=department).update(slug="lights")
    forget_departments()
    follow(kind="problem", object_id=again.id, by=staff)
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    say(lamp, "Who of @lights looks after it?", by=anna)
    telling.tell_waiting(limit=10)
    assert (staff.id, "mentioned", False) in rows_of(lamp)
    problem_split(problem_id=again.id, by=moderator)
    assert staff.id in followers_of("problem", lamp.id)


def test_a_reason_of_ones_own_outlasts_the_split(
    make_actor: Make, lamp: Problem, again: Problem, boris: Actor, moderator: Actor
) -> None:
    chose, left = make_actor("resident"), make_actor("resident")
    for person in (chose, left):
        follow(kind="problem", object_id=again.id, by=person)
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    follow(kind="problem", object_id=lamp.id, by=chose)
    unfollow(kind="problem", object_id=lamp.id, by=left)
    say(lamp, "Still dark.", by=boris)
    problem_split(problem_id=again.id, by=moderator)
    kept = {(person, reason) for person, reason, _muted in rows_of(lamp)}
    assert {(chose.id, "chosen"), (boris.id, "commented")} <= kept
    assert left.id not in {person for person, _reason in kept}


def test_who_came_with_two_mergers_stays_until_both_are_taken_back(
    make_actor: Make, lamp: Problem, again: Problem, boris: Actor, moderator: Actor
) -> None:
    third = write("It is dark here", by=make_actor("resident"))
    follow(kind="problem", object_id=third.id, by=boris)
    for problem in (again, third):
        problem_merge(problem_id=problem.id, into=lamp.id, by=moderator)
    assert Following.objects.get(person=boris.id, object_id=lamp.id).came_with == [again.id, third.id]
    problem_split(problem_id=again.id, by=moderator)
    assert boris.id in followers_of("problem", lamp.id)
    problem_split(problem_id=third.id, by=moderator)
    assert boris.id not in followers_of("problem", lamp.id)


def test_both_pages_lead_to_each_other_and_what_was_written_stays(
    lamp: Problem, again: Problem, boris: Actor, moderator: Actor, client: Client
) -> None:
    say(again, "The whole street is dark.", by=moderator)
    hung(again, by=boris)
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    page = client.get(f"/problems/{lamp.code}?lang=en").content.decode()
    assert "Also reported as" in page
    part = page.split('id="also-reported"')[1].split("</section>")[0]
    assert f'href="/problems/{again.code}"' in part
    assert "No light at the corner" in part
    assert "· 1 comment · 1 file<" in part
    assert "stay where they were written" in part
    assert "The whole street is dark." not in page
    old = client.get(f"/problems/{again.code}?lang=en").content.decode()
    assert f'went into it: <a href="/problems/{lamp.code}">' in old.replace("</a>", "")
    for there in (
        "The lamp is dark",
        "No light at the corner",
        "The whole street is dark.",
        'alt="A lamp"',
        "stay here",
    ):
        assert there in old, there
    for gone in ('id="follow"', 'name="text"', f'href="/problems/{again.code}/status"'):
        assert gone not in old, gone
    problem_split(problem_id=again.id, by=moderator)
    assert "Also reported as" not in client.get(f"/problems/{lamp.code}?lang=en").content.decode()
    assert "went into it" not in client.get(f"/problems/{again.code}?lang=en").content.decode()


def test_a_solution_with_a_long_history_has_its_page(innovation_unit: Actor, client: Client) -> None:
    made = record_submit(kind="solution", wording=Wording("Lamps that last", None, "en"), by=innovation_unit)
    change = Change.objects.get(object_id=made.id)
    Change.objects.bulk_create(
        Change(kind="solution", object_id=made.id, what="edited", fields={}, by_name=change.by_name, at=change.at)
        for _number in range(MOST_CHANGES)
    )
    assert client.get(f"/solutions/{made.code}").status_code == 200


def test_what_went_into_another_one_before_that_was_noted_is_open_to_its_readers(
    lamp: Problem, again: Problem, moderator: Actor, client: Client
) -> None:
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    merger = Change.objects.get(object_id=again.id, what="merged")
    Change.objects.filter(id=merger.id).update(fields={"merged_into": merger.fields["merged_into"]})
    assert "No light at the corner" in client.get(f"/problems/{again.code}?lang=en").content.decode()
    assert "No light at the corner" in client.get(f"/problems/{lamp.code}?lang=en").content.decode()


def test_what_went_into_another_one_is_not_moved_on(
    lamp: Problem, again: Problem, moderator: Actor, innovation_unit: Actor
) -> None:
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    with pytest.raises(Invalid) as refused:
        problem_set_status(key=again.id, status="solved", reason="It shines.", by=innovation_unit)
    assert refused.value.code == "record.merged"
    assert Problem.objects.get(id=again.id).status == "open"


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_the_same_two_crosswise_at_once_wait_for_each_other(make_actor: Make) -> None:
    author, moderator = make_actor("resident"), make_actor("moderator")
    low, high = sorted(write(title, by=author).id for title in ("The lamp is dark", "No light at the corner"))
    answers: list[str] = []

    def merge(source: UUID, target: UUID) -> None:
        try:
            problem_merge(problem_id=source, into=target, by=moderator)
            answers.append("done")
        except (Invalid, OperationalError) as error:
            answers.append(getattr(error, "code", "deadlock"))
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((high, low), (low, high))]
    with transaction.atomic():
        # Whoever comes first waits here, with what it holds already.
        Problem.objects.select_for_update(of=("self",)).get(id=high)
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            _until_so_many_wait(waiting)
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "merge.target"]


def _until_so_many_wait(number: int) -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= number:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_only_what_one_may_read_is_named(
    make_actor: Make, lamp: Problem, boris: Actor, moderator: Actor, innovation_unit: Actor, client: Client
) -> None:
    inner = write("Internal word", by=innovation_unit, visibility="internal")
    held = write("Write to miller@example.org", by=boris)
    assert held.moderation == "held"
    for problem in (inner, held):
        problem_merge(problem_id=problem.id, into=lamp.id, by=moderator)
    page = client.get(f"/problems/{lamp.code}").content.decode()
    for word in ("Internal word", "miller", inner.code, held.code):
        assert word not in page, word
    Problem.objects.filter(id=lamp.id).update(visibility="internal")
    client.force_login(Person.objects.get(id=boris.id))
    old = client.get(f"/problems/{held.code}?lang=en").content.decode()
    assert "which you may not read" in old
    assert "The lamp is dark" not in old
    assert lamp.code not in old


@pytest.mark.parametrize("role", ["", "resident", "organisation_member", "moderator", "innovation_unit"])
def test_the_pages_of_a_merger_need_at_most_twelve_queries(
    make_actor: Make,
    lamp: Problem,
    again: Problem,
    anna: Actor,
    boris: Actor,
    moderator: Actor,
    client: Client,
    role: str,
) -> None:
    reader = make_actor(role) if role else ANYBODY
    problems = [again, *(write(f"Dark number {number}", by=boris) for number in range(4))]
    for problem in problems:
        say(problem, "Here as well.", by=anna)
        hung(problem, by=boris)
        problem_merge(problem_id=problem.id, into=lamp.id, by=moderator)
    if role:
        client.force_login(Person.objects.get(id=reader.id))
    for path in (f"/problems/{lamp.code}", f"/problems/{again.code}"):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= MOST_QUERIES, "\n".join(query["sql"][:160] for query in queries)


def test_nobody_writes_on_what_went_into_another_one(
    lamp: Problem, again: Problem, boris: Actor, moderator: Actor
) -> None:
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    talk = conversation_of(boris, kind="problem", object_id=again.id, reader="en")
    assert (talk.form, talk.can_be_followed) == (None, False)
