"""Erasure: whatever table one looks into afterwards, nothing there leads to the person."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from citytandem.accounts.administration.services.invitations import invitation_make
from citytandem.accounts.administration.services.people import absence_add
from citytandem.accounts.contract import SYSTEM, Actor, PersonErased
from citytandem.accounts.models import Absence, Consent, Entry, Export, Invitation, Membership, Person
from citytandem.accounts.privacy import selectors
from citytandem.accounts.privacy.services.consents import consent_give
from citytandem.accounts.privacy.services.erasing import person_erase
from citytandem.accounts.privacy.services.exports import export_ask, export_make, export_path, person_export
from citytandem.accounts.selectors import actor_by_id
from citytandem.accounts.services.entries import entry_add
from citytandem.conversation.services.following import follow
from citytandem.conversation.services.writing import comment_write
from citytandem.core import clock, events, letters
from citytandem.core.errors import Forbidden, Invalid
from citytandem.moderation.grounds import GROUNDS
from citytandem.moderation.services.reports import Complaint, report_make
from citytandem.streams.models import Change, Feedback, Problem
from citytandem.streams.services.feedback import feedback_give, weighting_use
from citytandem.streams.services.records import Wording, record_edit, record_submit

Browser = Callable[..., Client]
EMAIL, NAME = "zinaida.quortleby@test.example", "Zinaida Quortleby"
TEXT_TYPES = ("text", "character varying", "character", "json", "jsonb", "ARRAY", "tsvector", "inet")


@pytest.fixture
def zinaida(node: None, settings: Any, tmp_path: Any, make_actor: Callable[[str], Actor], browser_of: Browser) -> Actor:
    """Somebody with a trace of everything that a node can keep about a person."""
    settings.DATA = tmp_path
    other, colleague = make_actor("resident"), make_actor("administrator")
    person = Person.objects.create(email=EMAIL, name=NAME, language="de", last_login=clock.now())
    for role in ("administrator", "innovation_unit"):
        Membership.objects.create(person=person, role=role, since=clock.now(), granted_by_id=colleague.id)
    me = actor_by_id(person.id, name=NAME)
    _sign_ins(person, browser_of)
    _records(me, other)
    _privacy(me, colleague)
    return me


def _sign_ins(person: Person, browser_of: Browser) -> None:
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    EmailAddress.objects.create(user=person, email="old-" + EMAIL, verified=False)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    SocialAccount.objects.create(user=person, provider="city", uid=EMAIL, extra_data={"name": NAME, "email": EMAIL})
    browser = browser_of(actor_by_id(person.id))
    session = browser.session
    session["typed"] = EMAIL
    session.save()
    UserSession.objects.update_or_create(
        session_key=session.session_key,
        defaults={"user": person, "ip": "192.0.2.7", "user_agent": f"Browser of {NAME}"},
    )


def _records(me: Actor, other: Actor) -> None:
    mine = _submit(me, "Bins overflow")
    _submit(me, "Not ready yet", visibility="draft")
    record_edit(kind="problem", key=mine.id, version=1, by=me, details={"evidence": "Counted on Saturday"})
    theirs = _submit(other, "Gyms are heated when empty")
    weighting_use(weighting_id=None, by=me)
    feedback_give(query="bins", language="en", kind="problem", object_id=mine.id, is_useful=True, terms={}, by=me)
    comment_write(kind="problem", object_id=theirs.id, text="It is the same in our street.", language="en", by=me)
    follow(kind="problem", object_id=theirs.id, by=me)
    complaint = Complaint(
        ground=next(iter(GROUNDS)), explanation="This names a neighbour of ours, please look.", good_faith=True
    )
    report_make(kind="problem", object_id=theirs.id, complaint=complaint, language="en", by=me)


def _privacy(me: Actor, colleague: Actor) -> None:
    assert me.id is not None
    consent_give(purpose_name="news", language="de", by=me)
    assert colleague.id is not None
    today = timezone.localdate()
    absence_add(person_id=me.id, deputy_id=colleague.id, first_day=today, last_day=today + timedelta(days=2), by=me)
    later = today + timedelta(days=9)
    absence_add(person_id=colleague.id, deputy_id=me.id, first_day=later, last_day=later, by=colleague)
    invitation_make(email="somebody@test.example", role="moderator", language="de", by=me)
    invitation_make(email=EMAIL, role="moderator", language="de", by=colleague)
    export = export_ask(by=me)
    export_make(export_id=export.id, by=SYSTEM)
    entry_add("person.deactivated", by=colleague, person=me.id, reason=f"{NAME} wrote to us from {EMAIL}")
    letters.post().send(to=EMAIL, template="trial", language="de", parameters={})


def _submit(by: Actor, title: str, **details: Any) -> Problem:
    problem: Problem = record_submit(
        kind="problem", wording=Wording(title=title, text="Every Saturday.", language="en"), by=by, details=details
    )
    return problem


def found_in(*needles: str) -> list[str]:
    """Every column of every table in which one of these stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type = ANY(%s)",
            [list(TEXT_TYPES)],
        )
        columns = cursor.fetchall()
        assert len(columns) > 100, "the search itself is broken"
        found = []
        for table, column in columns:
            for needle in needles:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{needle}%"])
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column}: {needle}")
    return found


def sessions_with(needle: str) -> list[str]:
    return [s.session_key for s in Session.objects.all() if needle in json.dumps(s.get_decoded())]


def test_after_an_erasure_no_table_leads_to_the_person(zinaida: Actor) -> None:
    assert zinaida.id is not None
    assert len(found_in(EMAIL, NAME)) >= 8
    assert sessions_with(EMAIL)
    identifier = str(zinaida.id)

    assert person_erase(person_id=zinaida.id, by=zinaida)

    assert found_in(EMAIL, "quortleby", "zinaida") == []
    assert sessions_with(EMAIL) == sessions_with(identifier) == []
    # Of the person themself an empty row is left, and nothing points to it but the proof of consent.
    person = Person.objects.get(id=zinaida.id)
    assert (person.name, person.language, person.is_active) == ("", "", False)
    assert person.email.endswith("@erased.invalid")
    assert not person.has_usable_password()
    assert _pointing_to(zinaida.id) == {"accounts_consent.person_id"}
    assert Consent.objects.filter(person=person, withdrawn_at=None).count() == 0


def _pointing_to(person_id: Any) -> set[str]:
    """Columns of foreign keys to people that still hold this person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid = 'accounts_person'::regclass"
        )
        columns = cursor.fetchall()
        assert len(columns) > 15, "the search itself is broken"
        found = set()
        for table, column in columns:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [person_id])
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def test_what_is_public_stays_without_the_person(zinaida: Actor) -> None:
    public = Problem.objects.get(created_by_id=zinaida.id, visibility="public")
    draft = Problem.objects.get(created_by_id=zinaida.id, visibility="draft")
    assert zinaida.id is not None

    person_erase(person_id=zinaida.id, by=zinaida)

    after = Problem.objects.get(id=public.id)
    assert (after.created_by_id, after.title, after.evidence) == (None, public.title, "Counted on Saturday")
    assert not Problem.objects.filter(id=draft.id).exists()
    assert not Change.objects.filter(object_id=draft.id).exists()
    assert list(Change.objects.filter(object_id=public.id).values_list("by_id", "by_name").distinct()) == [(None, "")]
    assert Feedback.objects.get().by_id is None


def test_what_was_only_about_them_goes(zinaida: Actor) -> None:
    assert zinaida.id is not None
    copy = export_path(Export.objects.get().id)
    assert copy.exists()

    with _committed():
        person_erase(person_id=zinaida.id, by=zinaida)

    assert not copy.exists()
    assert not Membership.objects.filter(person_id=zinaida.id).exists()
    assert not Absence.objects.exists()
    assert Invitation.objects.get().email == "somebody@test.example"
    assert [m.objects.count() for m in (EmailAddress, Authenticator, SocialAccount, UserSession, Export)] == [0] * 5


def _committed() -> Any:
    from django.test import TestCase

    return TestCase.captureOnCommitCallbacks(execute=True)


def test_erasing_twice_changes_nothing(zinaida: Actor) -> None:
    assert zinaida.id is not None
    assert person_erase(person_id=zinaida.id, by=SYSTEM)
    before = _everything()

    assert not person_erase(person_id=zinaida.id, by=SYSTEM)

    assert _everything() == before


def _everything() -> dict[str, str]:
    """A fingerprint of each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        prints = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t")
            prints[table] = cursor.fetchone()[0]
    return prints


def test_the_log_says_that_and_not_who(zinaida: Actor, administrator: Actor) -> None:
    assert zinaida.id is not None
    told: list[PersonErased] = []
    events.listen(PersonErased, told.append)
    with _committed():
        person_erase(person_id=zinaida.id, by=administrator)

    entry = Entry.objects.get(what="person.erased")
    assert (entry.person_id, entry.by_id, entry.object_id) == (None, administrator.id, "")
    assert str(zinaida.id) not in json.dumps(entry.facts)
    assert told == [PersonErased(person_id=zinaida.id)]


def test_nobody_erases_others_and_the_last_administrator_stays(
    node: None, resident: Actor, make_actor: Callable[[str], Actor]
) -> None:
    assert resident.id is not None
    for role in ("resident", "moderator", "innovation_unit"):
        with pytest.raises(Forbidden):
            person_erase(person_id=resident.id, by=make_actor(role))
    last = make_actor("administrator")
    assert last.id is not None
    with pytest.raises(Invalid, match="last administrator"):
        person_erase(person_id=last.id, by=last)
    assert Person.objects.get(id=last.id).erased_at is None


def test_an_erasure_that_fails_half_way_has_changed_nothing(zinaida: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from citytandem.accounts import holdings

    assert zinaida.id is not None

    def fail(_person: Any) -> None:
        raise RuntimeError("half-way")

    last = holdings.holdings()[-1]
    monkeypatch.setitem(holdings._holdings, last.name, holdings.Holding(last.name, "", "", "", "", last.export, fail))
    with pytest.raises(RuntimeError):
        person_erase(person_id=zinaida.id, by=zinaida)

    assert Person.objects.get(id=zinaida.id).email == EMAIL
    assert export_path(Export.objects.get().id).exists()


def test_the_copy_of_somebody_with_everything_holds_everything(zinaida: Actor) -> None:
    assert zinaida.id is not None
    packed = io.BytesIO()
    person_export(packed, person_id=zinaida.id, by=zinaida)
    box = zipfile.ZipFile(packed)
    data = {part["name"]: part["data"] for part in json.loads(box.read("data.json"))["holdings"]}

    assert {row["email"] for row in data["accounts.sign_in"]["addresses"]} == {EMAIL, "old-" + EMAIL}
    assert [row["uid"] for row in data["accounts.sign_in"]["other_sign_ins"]] == [EMAIL]
    assert "secret" not in json.dumps(data["accounts.sign_in"])
    assert [row["ip"] for row in data["accounts.sessions"]] == ["192.0.2.7"]
    assert {row["role"] for row in data["accounts.roles"]["roles"]} == {"administrator", "innovation_unit"}
    assert len(data["accounts.roles"]["absences"]) == 2
    assert len(data["accounts.invitations"]) == 1
    about_or_by = Entry.objects.filter(person_id=zinaida.id) | Entry.objects.filter(by_id=zinaida.id)
    # This copy itself is noted after it was made.
    assert len(data["accounts.log"]) == about_or_by.count() - 1
    assert "It is the same in our street." in json.dumps(data["conversation"])
    assert data["moderation"]
    counts = {one.holding.name: one.count for one in selectors.kept_about(zinaida.id) if one.count is not None}
    assert counts["streams.records"] == len(data["streams.records"]["problems"]) == 2
    assert counts["accounts.log"] == about_or_by.count()


def test_erasing_oneself_on_the_page(node: None, resident: Actor, browser_of: Browser) -> None:
    assert resident.id is not None
    Person.objects.filter(id=resident.id).update(password="!unusable")
    browser = browser_of(resident)

    assert "Erase everything now" in browser.get("/account/privacy/erase").content.decode()
    refused = browser.post("/account/privacy/erase", {"word": "yes"})
    assert refused.status_code == 422
    assert Person.objects.get(id=resident.id).erased_at is None
    done = browser.post("/account/privacy/erase", {"word": " Erase "})

    assert done["Location"] == "/account/privacy/erased"
    assert browser.get(done["Location"]).status_code == 200
    assert Person.objects.get(id=resident.id).erased_at is not None
    assert browser.get("/account/privacy").status_code == 302


def test_who_has_a_password_shows_it_again_first(node: None, resident: Actor, browser_of: Browser) -> None:
    person = Person.objects.get(id=resident.id)
    person.set_password("long enough 1")
    person.save()
    browser = browser_of(resident)

    for answer in (browser.get("/account/privacy/erase"), browser.post("/account/privacy/erase", {"word": "erase"})):
        assert answer.status_code == 302
        assert answer["Location"] == "/account/reauthenticate?next=%2Faccount%2Fprivacy%2Ferase"
    assert Person.objects.get(id=resident.id).erased_at is None


def test_the_shared_sign_ins_of_a_demo_are_not_erased_by_who_uses_them(node: None, resident: Actor) -> None:
    Person.objects.filter(id=resident.id).update(is_demo=True)
    assert resident.id is not None
    with pytest.raises(Forbidden):
        person_erase(person_id=resident.id, by=resident)
    assert person_erase(person_id=resident.id, by=SYSTEM)
