"""My data: what is kept, agreeing and taking it back, the copy, who looked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from citytandem.accounts.consents import purposes
from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Consent, Entry, Export, Person
from citytandem.accounts.privacy import selectors
from citytandem.accounts.privacy.services.consents import consent_give, consent_withdraw
from citytandem.accounts.privacy.services.exports import export_ask, export_make, export_path, person_export
from citytandem.accounts.services.looking import looked_at
from citytandem.core import clock
from citytandem.core.errors import Forbidden, Invalid
from citytandem.streams.models import Feedback, Problem
from citytandem.streams.services.records import Wording, record_submit

Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def write(by: Actor, title: str = "Bins overflow", **details: Any) -> Problem:
    wording = Wording(title=title, text="Every Saturday.", language="en")
    problem: Problem = record_submit(kind="problem", wording=wording, by=by, details=details)
    return problem


# --- consents ---------------------------------------------------------------------------------------------------------


def test_consent_is_kept_word_for_word_and_can_be_proved(node: None, resident: Actor) -> None:
    given = consent_give(purpose_name="news", language="de", by=resident)

    row = Consent.objects.get()
    with translation.override("de"):
        assert row.wording == str(next(one.text for one in purposes() if one.name == "news"))
    assert row.wording_hash == hashlib.sha256(row.wording.encode()).hexdigest()
    assert (row.id, row.language, row.withdrawn_at) == (given.id, "de", None)
    assert selectors.has_agreed(resident.id, "news")  # type: ignore[arg-type]
    assert selectors.people_who_agreed("news") == [resident.id]


def test_agreeing_twice_is_agreeing_once(node: None, resident: Actor) -> None:
    first = consent_give(purpose_name="news", language="en", by=resident)
    second = consent_give(purpose_name="news", language="de", by=resident)

    assert first.id == second.id
    assert Entry.objects.filter(what="consent.given").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(
            person_id=resident.id, purpose="news", given_at=clock.now(), language="en", wording="x", wording_hash="y"
        )


def test_what_is_taken_back_stays_as_proof_and_counts_no_more(node: None, resident: Actor) -> None:
    consent_give(purpose_name="news", language="en", by=resident)
    consent_withdraw(purpose_name="news", by=resident)
    consent_withdraw(purpose_name="news", by=resident)
    consent_give(purpose_name="news", language="en", by=resident)

    assert Consent.objects.count() == 2
    assert Consent.objects.filter(withdrawn_at=None).count() == 1
    assert Entry.objects.filter(what="consent.withdrawn").count() == 1


def test_nobody_agrees_for_others_or_to_what_there_is_not(node: None, resident: Actor) -> None:
    with pytest.raises(Forbidden):
        consent_give(purpose_name="news", language="en", by=SYSTEM)
    with pytest.raises(Invalid):
        consent_give(purpose_name="everything", language="en", by=resident)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_my_page_counts_what_is_there_and_agrees_by_a_button(node: None, resident: Actor, browser_of: Browser) -> None:
    write(resident)
    write(resident, "Gyms are heated when empty")
    browser = browser_of(resident)

    assert browser.post("/account/privacy/consent", {"purpose": "news", "agree": "yes"}).status_code == 302
    page = browser.get("/account/privacy")

    counts = {one.holding.name: one.count for one in page.context["kept"]}
    assert counts["streams.records"] == 2
    assert counts["accounts.sign_in"] == counts["accounts.consents"] == 1
    assert counts["streams.feedback"] == 0
    assert "You agreed on" in page.content.decode()
    browser.post("/account/privacy/consent", {"purpose": "news", "agree": "no"})
    assert "You agreed on" not in browser.get("/account/privacy").content.decode()


def test_my_page_costs_few_queries_however_much_there_is(node: None, resident: Actor, browser_of: Browser) -> None:
    for number in range(5):
        write(resident, f"Problem {number}")
    browser = browser_of(resident)
    browser.get("/account/privacy")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get("/account/privacy").status_code == 200
    assert len(asked) <= 12, [one["sql"][:100] for one in asked]


@pytest.mark.parametrize("path", ["/account/privacy", "/account/privacy/erase"])
def test_visitors_sign_in_first(node: None, browser_of: Browser, path: str) -> None:
    answer = browser_of(None).get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


def test_who_looked_is_told_by_role_never_by_name(
    node: None, resident: Actor, make_actor: Callable[[str], Actor], browser_of: Browser
) -> None:
    moderator = make_actor("moderator")
    other = make_actor("resident")
    looked_at("people.listed", by=moderator, people=[resident.id, other.id])  # type: ignore[list-item]
    looked_at("person.looked_at", by=moderator, people=[resident.id])  # type: ignore[list-item]
    looked_at("person.looked_at", by=resident, people=[resident.id])  # type: ignore[list-item]

    page = browser_of(resident).get("/account/privacy")

    assert [(look.what, look.role) for look in page.context["looks"]] == [
        ("Page of a person read", "Moderator"),
        ("List of people read", "Moderator"),
    ]
    assert str(moderator.id) not in page.content.decode()
    assert len(selectors.looks_at(other.id)) == 1  # type: ignore[arg-type]


# --- the copy ---------------------------------------------------------------------------------------------------------


def copy_of(person: Actor, by: Actor) -> tuple[dict[str, Any], zipfile.ZipFile]:
    packed = io.BytesIO()
    person_export(packed, person_id=person.id, by=by)  # type: ignore[arg-type]
    box = zipfile.ZipFile(packed)
    assert box.testzip() is None
    return json.loads(box.read("data.json")), box


def test_the_copy_holds_each_row_of_the_database(
    node: None, resident: Actor, make_actor: Callable[[str], Actor]
) -> None:
    mine = [write(resident), write(resident, "Gyms are heated when empty", visibility="draft")]
    write(make_actor("resident"), "Of somebody else")
    Feedback.objects.create(
        query="bins",
        language="en",
        kind="solution",
        object_id=uuid4(),
        is_useful=True,
        by_id=resident.id,
        at=clock.now(),
    )
    consent_give(purpose_name="news", language="en", by=resident)

    data, box = copy_of(resident, resident)

    parts = {part["name"]: part for part in data["holdings"]}
    assert list(parts) == [holding.name for holding in holdings()]
    assert all(part["purpose"] and part["legal_basis"] and part["kept"] for part in parts.values())
    assert [row["id"] for row in parts["streams.records"]["data"]["problems"]] == [str(one.id) for one in mine]
    assert parts["streams.records"]["data"]["problems"][0]["title"] == mine[0].title
    assert len(parts["streams.records"]["data"]["changes"]) == 2
    assert [row["query"] for row in parts["streams.feedback"]["data"]] == ["bins"]
    assert parts["accounts.consents"]["data"][0]["wording"] == Consent.objects.get().wording
    person = Person.objects.get(id=resident.id)
    assert parts["accounts.sign_in"]["data"]["email"] == person.email
    assert "password" not in json.dumps(data["holdings"][0]["data"])
    assert set(box.namelist()) >= {"README.txt", "data.json"}
    assert "Of somebody else" not in json.dumps(data)


def test_the_copy_speaks_the_persons_language(node: None, resident: Actor) -> None:
    Person.objects.filter(id=resident.id).update(language="de")

    data, _box = copy_of(resident, resident)

    assert data["language"] == "de"


def test_who_copies_somebody_elses_data_has_looked(node: None, resident: Actor, administrator: Actor) -> None:
    copy_of(resident, administrator)

    entry = Entry.objects.get(what="person.exported")
    assert (entry.looked, entry.person_id, entry.by_id) == (True, resident.id, administrator.id)


def test_nobody_copies_the_data_of_others(node: None, resident: Actor, make_actor: Callable[[str], Actor]) -> None:
    for role in ("resident", "moderator", "innovation_unit", "department_staff"):
        with pytest.raises(Forbidden):
            copy_of(resident, make_actor(role))


def test_a_copy_is_made_by_a_job_and_fetched_by_the_person_alone(
    node: None, resident: Actor, make_actor: Callable[[str], Actor], browser_of: Browser
) -> None:
    browser = browser_of(resident)
    assert browser.post("/account/privacy/export").status_code == 302
    assert browser.post("/account/privacy/export").status_code == 302
    export = Export.objects.get()
    assert "is being made" in browser.get("/account/privacy").content.decode()
    assert browser.get(f"/account/privacy/export/{export.id}.zip").status_code == 404

    export_make(export_id=export.id, by=SYSTEM)

    answer = browser.get(f"/account/privacy/export/{export.id}.zip")
    assert answer.status_code == 200
    assert "no-cache" in answer["Cache-Control"]
    packed = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("data.json"))["person"] == str(resident.id)
    assert export_path(export.id).stat().st_mode & 0o077 == 0
    for stranger in (make_actor("resident"), make_actor("administrator")):
        assert browser_of(stranger).get(f"/account/privacy/export/{export.id}.zip").status_code == 404


def test_a_copy_that_is_too_old_cannot_be_fetched(node: None, resident: Actor, browser_of: Browser) -> None:
    export = export_ask(by=resident)
    export_make(export_id=export.id, by=SYSTEM)
    Export.objects.update(asked_at=clock.now() - timedelta(days=8))

    assert browser_of(resident).get(f"/account/privacy/export/{export.id}.zip").status_code == 404
