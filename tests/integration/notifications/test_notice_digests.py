"""Collected mails: one for each person and day or week, at their hour, grouped by what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.accounts.selectors import actor_by_id
from citytandem.core import clock
from citytandem.core.versions import translations
from citytandem.notifications import contract as notices
from citytandem.notifications.models import Notice, Pace, Preference
from citytandem.notifications.services.choosing import preferences_set, unsubscribe
from citytandem.notifications.services.delivery import deliver_due
from citytandem.notifications.services.digests import MOST_IN_A_MAIL, digest_due
from citytandem.notifications.tokens import unsubscribe_token
from citytandem.streams.models import Problem
from tests.integration.notifications.post import Server, people

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
At = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _monday(at: At) -> None:
    at(MONDAY)


def comment(persons: list[Person], about: Problem, **more: Any) -> None:
    """A comment: once a day unless chosen otherwise."""
    values: dict[str, Any] = {
        "kind": notices.COMMENT,
        "template": "comment",
        "parameters": {"quote": f"problem:{about.id}"},
        "about": ("problem", about.id),
        "why": notices.FOLLOWING,
    }
    notices.notify(to=[person.id for person in persons], **{**values, **more})


def other(code: str) -> Problem:
    """One more problem."""
    return Problem.objects.create(
        code=code,
        language="en",
        title=translations(en=f"Problem {code}"),
        text=translations(en="Text."),
        visibility="public",
        created_at=clock.now(),
        changed_at=clock.now(),
    )


def test_what_is_collected_leaves_as_one_mail_at_the_local_hour(problem: Problem, server: Server, at: At) -> None:
    (person,) = people(1)
    second = other("second23")
    for about in (problem, second, problem):
        comment([person], about)
    deliver_due()
    assert server.mails == []
    at(datetime(2026, 3, 3, 5, 59, tzinfo=UTC))
    digest_due()
    assert server.mails == []
    at(datetime(2026, 3, 3, 6, tzinfo=UTC))
    assert digest_due() is False
    (mail,) = server.mails
    assert mail["Subject"] == "Krefeld: 3 things are new"
    assert mail["List-Id"] == "Collected e mails <collected.krefeld.example>"
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]
    assert text.count("Bins overflow\n---") == 1
    assert text.index("Bins overflow\n---") < text.index("Problem second23\n---")
    assert text.count("wrote about") == 3
    assert text.count("You get this because you follow it.") == 1
    assert set(Notice.objects.values_list("state", "message_id", "in_digest")) == {("sent", mail["Message-ID"], False)}
    digest_due()
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("day", "hour"), [(datetime(2026, 3, 28, 12, tzinfo=UTC), 5), (datetime(2026, 10, 24, 12, tzinfo=UTC), 6)]
)
def test_summer_and_winter_time_keep_the_hour(
    problem: Problem, server: Server, at: At, day: datetime, hour: int
) -> None:
    at(day)
    comment(people(1), problem)
    deliver_due()
    due = Notice.objects.get().send_after
    assert due == day.replace(hour=hour) + timedelta(days=1)


def test_the_weekly_mail_leaves_on_the_chosen_day_and_hour(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    Preference.objects.create(person=person, kind=notices.COMMENT, how="weekly")
    Pace.objects.create(person=person, hour=18, weekday=4)
    comment([person], problem)
    deliver_due()
    assert Notice.objects.get().send_after == datetime(2026, 3, 6, 17, tzinfo=UTC)


def test_what_was_taken_down_before_the_hour_is_left_out(problem: Problem, server: Server, at: At) -> None:
    (person,) = people(1)
    second = other("second23")
    comment([person], problem)
    comment([person], second)
    deliver_due()
    Problem.objects.filter(id=second.id).update(moderation="removed")
    at(MONDAY + timedelta(days=1))
    digest_due()
    assert server.mails[0]["Subject"] == "Krefeld: one thing is new"
    assert Notice.objects.filter(note="gone").count() == 1


def test_more_than_fits_is_counted(problem: Problem, server: Server, at: At) -> None:
    (person,) = people(1)
    for _number in range(MOST_IN_A_MAIL + 7):
        comment([person], problem)
    deliver_due()
    at(MONDAY + timedelta(days=1))
    digest_due()
    (mail,) = server.mails
    assert mail["Subject"] == f"Krefeld: {MOST_IN_A_MAIL + 7} things are new"
    assert "7 more things are new." in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert Notice.objects.filter(note="summed").count() == 7
    assert not Notice.objects.filter(state="waiting").exists()


def test_everybody_has_an_hour_and_a_language_of_their_own(problem: Problem, server: Server, at: At) -> None:
    persons = people(60)
    Person.objects.filter(id=persons[0].id).update(language="de")
    Pace.objects.create(person=persons[1], hour=20, weekday=0)
    comment(persons, problem)
    deliver_due()
    at(MONDAY + timedelta(days=1))
    digest_due()
    assert set(server.counts.values()) == {1}
    assert len(server.counts) == 60
    languages = {mail["To"]: mail["Content-Language"] for mail in server.mails}
    assert languages[persons[0].email] == "de"
    assert languages[persons[2].email] == "en"


def test_a_choice_counts_for_what_waits_already(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    comment([person], problem)
    deliver_due()
    actor = actor_by_id(person.id)
    preferences_set(hows={notices.COMMENT: "now"}, hour=7, weekday=0, language="en", by=actor)
    deliver_due()
    assert server.mails[0]["Subject"] == "New comment: Bins overflow"


def test_one_click_in_a_collected_mail_stops_all_that_comes_collected(problem: Problem, server: Server, at: At) -> None:
    (person,) = people(1)
    Preference.objects.create(person=person, kind=notices.STATUS, how="weekly")
    comment([person], problem)
    deliver_due()
    unsubscribe(token=unsubscribe_token(person.id, ""))
    chosen = dict(Preference.objects.values_list("kind", "how"))
    assert chosen[notices.COMMENT] == chosen[notices.STATUS] == "off"
    assert notices.ANSWER not in chosen
    deliver_due()
    at(MONDAY + timedelta(days=1))
    digest_due()
    assert server.mails == []


def test_a_server_that_is_down_at_the_hour_loses_nothing(
    problem: Problem, server: Server, at: At, settings: Any
) -> None:
    comment(people(3), problem)
    deliver_due()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    at(MONDAY + timedelta(days=1))
    assert digest_due() is False
    settings.EMAIL_PORT = port
    at(MONDAY + timedelta(days=1, hours=1))
    digest_due()
    assert len(server.counts) == 3
