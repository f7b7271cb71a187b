"""Retention: what is kept long enough is gone from the table, what is not stays, and the page says so."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from citytandem.accounts import holdings
from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import (
    Absence,
    Consent,
    Entry,
    Export,
    InactivityNotice,
    Invitation,
    Person,
    Sweep,
)
from citytandem.accounts.privacy.services.exports import export_ask, export_make, export_path
from citytandem.accounts.privacy.services.sweeping import sweep_all
from citytandem.core import clock
from citytandem.core.errors import Forbidden
from citytandem.core.models import Attempts, Node
from citytandem.core.node import forget_node
from citytandem.notifications.models import Notice
from citytandem.streams.models import Feedback

Browser = Callable[..., Client]


def ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


def joined(days: float, **fields: Any) -> Person:
    person = Person.objects.create(email=f"{uuid4()}@test.example", **fields)
    Person.objects.filter(id=person.id).update(created_at=ago(days))
    return person


def test_sign_ups_that_nobody_confirmed_go_after_a_week(node: None) -> None:
    old, young, confirmed, by_hand = joined(8), joined(6), joined(8), joined(8)
    for person, verified in ((old, False), (young, False), (confirmed, True)):
        EmailAddress.objects.create(user=person, email=person.email, verified=verified)

    assert sweep_all(by=SYSTEM)["accounts.unconfirmed"] == 1

    assert set(Person.objects.values_list("id", flat=True)) == {young.id, confirmed.id, by_hand.id}
    assert EmailAddress.objects.count() == 2


def test_an_unused_sign_in_is_told_first_and_erased_a_month_later(node: None) -> None:
    unused = joined(1_500, last_login=ago(1_100), name="Somebody")
    used = joined(1_500, last_login=ago(10), name="Somebody else")

    assert sweep_all(by=SYSTEM)["accounts.sign_in"] == 0
    assert InactivityNotice.objects.get().person_id == unused.id
    assert Notice.objects.get(template="inactivity").address == unused.email
    assert sweep_all(by=SYSTEM)["accounts.sign_in"] == 0
    assert Notice.objects.filter(template="inactivity").count() == 1

    InactivityNotice.objects.update(at=ago(31))
    assert sweep_all(by=SYSTEM)["accounts.sign_in"] == 1

    assert Person.objects.get(id=unused.id).email.endswith("@erased.invalid")
    assert Person.objects.get(id=used.id).name == "Somebody else"


def test_who_comes_back_after_the_letter_stays(node: None) -> None:
    person = joined(1_500, last_login=ago(1_100))
    sweep_all(by=SYSTEM)
    InactivityNotice.objects.update(at=ago(31))
    Person.objects.filter(id=person.id).update(last_login=clock.now())

    assert sweep_all(by=SYSTEM)["accounts.sign_in"] == 0
    assert not InactivityNotice.objects.exists()
    assert Person.objects.get(id=person.id).erased_at is None


def test_who_was_told_before_the_period_became_longer_is_told_anew(node: None) -> None:
    person = joined(1_500, last_login=ago(900))
    InactivityNotice.objects.create(person=person, at=ago(400))
    sweep_all(by=SYSTEM)
    assert not InactivityNotice.objects.exists()
    Person.objects.update(last_login=ago(1_100))

    assert sweep_all(by=SYSTEM)["accounts.sign_in"] == 0

    assert Notice.objects.filter(template="inactivity").count() == 1


def test_with_a_period_that_is_too_short_nobody_who_was_here_last_month_is_told(node: None) -> None:
    Node.objects.update(periods={"accounts.sign_in": 10})
    forget_node()
    for days in (11, 59, 61):
        joined(days, last_login=ago(days))

    sweep_all(by=SYSTEM)

    assert InactivityNotice.objects.get().person.last_login < ago(60)


def test_the_last_administrator_stays_however_long_they_are_away(node: None, administrator: Actor) -> None:
    Person.objects.filter(id=administrator.id).update(last_login=ago(2_000), created_at=ago(2_000))
    sweep_all(by=SYSTEM)
    InactivityNotice.objects.update(at=ago(31))

    assert sweep_all(by=SYSTEM)["accounts.sign_in"] == 0
    assert Person.objects.get(id=administrator.id).erased_at is None


def two(make: Callable[[datetime], Any], *, days: int, table: Any, name: str) -> None:
    """One row that is old enough and one that is not: one is left."""
    old, young = make(ago(days + 1)), make(ago(days - 1))

    assert sweep_all(by=SYSTEM)[name] >= 1

    left = set(table.objects.values_list("pk", flat=True))
    assert old.pk not in left
    assert young.pk in left


def test_old_entries_of_the_log_go(node: None) -> None:
    two(lambda at: Entry.objects.create(what="log.read", at=at), days=1_095, table=Entry, name="accounts.log")


def test_consents_taken_back_long_ago_go_and_those_in_force_stay(node: None, resident: Actor) -> None:
    def make(at: datetime, *, ended: bool = True) -> Consent:
        return Consent.objects.create(
            person_id=resident.id, purpose="news", given_at=ago(3_000), withdrawn_at=at if ended else None,
            language="en", wording="x", wording_hash="y",
        )  # fmt: skip

    lasting = make(ago(3_000), ended=False)
    two(make, days=1_095, table=Consent, name="accounts.consents")
    assert Consent.objects.filter(id=lasting.id).exists()


def test_feedback_goes_after_400_days(node: None) -> None:
    def make(at: datetime) -> Feedback:
        return Feedback.objects.create(
            query="bins", language="en", kind="solution", object_id=uuid4(), is_useful=True, at=at
        )

    two(make, days=400, table=Feedback, name="streams.feedback")


def test_old_invitations_go(node: None) -> None:
    def make(at: datetime) -> Invitation:
        return Invitation.objects.create(email=f"{uuid4()}@test.example", language="en", created_at=at, sent_at=at)

    two(make, days=30, table=Invitation, name="accounts.invitations")


def test_absences_that_are_over_go(node: None, make_actor: Callable[[str], Actor]) -> None:
    one, other = make_actor("moderator"), make_actor("moderator")

    def make(at: datetime) -> Absence:
        return Absence.objects.create(person_id=one.id, deputy_id=other.id, first_day=at.date(), last_day=at.date())

    two(make, days=365, table=Absence, name="accounts.roles")


def test_counts_of_tries_go(node: None) -> None:
    two(
        lambda at: Attempts.objects.create(key=str(uuid4()), since=at), days=2, table=Attempts, name="accounts.attempts"
    )


def test_sessions_that_have_run_out_and_old_devices_go(node: None, resident: Actor) -> None:
    for key, expires in (("a" * 32, ago(1)), ("b" * 32, ago(-1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    for key, seen in (("c" * 32, ago(31)), ("d" * 32, ago(29))):
        device = UserSession.objects.create(user_id=resident.id, ip="192.0.2.1", user_agent="x", session_key=key)
        UserSession.objects.filter(pk=device.pk).update(last_seen_at=seen)

    assert sweep_all(by=SYSTEM)["accounts.sessions"] == 2

    assert list(Session.objects.values_list("session_key", flat=True)) == ["b" * 32]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["d" * 32]


@pytest.mark.django_db(transaction=True)
def test_copies_go_after_a_week_and_their_files_with_them(resident: Actor, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    export = export_ask(by=resident)
    export_make(export_id=export.id, by=SYSTEM)
    assert export_path(export.id).exists()
    Export.objects.update(asked_at=ago(8))

    assert sweep_all(by=SYSTEM)["accounts.exports"] == 1

    assert not Export.objects.exists()
    assert not export_path(export.id).exists()


def test_what_a_killed_job_has_left_of_a_copy_goes(node: None, resident: Actor, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    export = Export.objects.create(person_id=resident.id, asked_at=clock.now())
    path = export_path(export.id)
    path.parent.mkdir()
    half, unknown, running = (path.parent / name for name in ("a.part", f"{uuid4()}.zip", "b.part"))
    for file in (path, half, unknown, running):
        file.write_bytes(b"x")
    for file in (path, half, unknown):
        os.utime(file, (0, 0))

    assert sweep_all(by=SYSTEM)["accounts.exports"] == 2

    assert set(path.parent.iterdir()) == {path, running}


def test_every_rule_with_days_really_deletes(node: None) -> None:
    """A holding that names days but has nothing that deletes would be a promise that nobody keeps."""
    assert [one.name for one in holdings.holdings() if one.days is not None and one.sweep is None] == []


def test_the_administrators_period_counts(node: None) -> None:
    entry = Entry.objects.create(what="log.read", at=ago(50))
    sweep_all(by=SYSTEM)
    assert Entry.objects.filter(id=entry.id).exists()

    Node.objects.update(periods={"accounts.log": 40})
    forget_node()
    sweep_all(by=SYSTEM)

    assert not Entry.objects.filter(id=entry.id).exists()


def test_one_rule_that_fails_does_not_stop_the_others(node: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_before: datetime) -> int:
        raise OSError("no disk")

    broken = holdings.Holding("broken", "", "", "", "", lambda _p: holdings.Exported([]), lambda _p: None, 1, fail)
    monkeypatch.setattr(holdings, "_holdings", {"broken": broken, **holdings._holdings})
    entry = Entry.objects.create(what="log.read", at=ago(2_000))

    assert "broken" not in sweep_all(by=SYSTEM)
    assert not Entry.objects.filter(id=entry.id).exists()
    assert not Sweep.objects.filter(holding="broken").exists()


def test_the_privacy_page_says_when_and_how_many(node: None, browser_of: Browser) -> None:
    for _ in range(3):
        Entry.objects.create(what="log.read", at=ago(2_000))
    sweep_all(by=SYSTEM)
    sweep_all(by=SYSTEM)

    page = browser_of().get("/about/privacy")
    told = next(one for one in page.context["notice"].holdings if one.holding.name == "accounts.log")
    assert (told.swept.deleted, told.swept.deleted_ever) == (0, 3)
    assert "3 in all" in page.content.decode()


def test_nobody_else_sweeps(node: None, resident: Actor) -> None:
    with pytest.raises(Forbidden):
        sweep_all(by=resident)
