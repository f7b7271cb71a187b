"""The envelope: what may travel, for whom, and which version holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol import objects
from citytandem.federation.protocol.canonical import SAFE_INTEGER, canonical
from citytandem.federation.protocol.errors import BadJson, BadObject, ProtocolError
from citytandem.federation.protocol.objects import Order, Visibility, check, compared, new_object, tombstone
from citytandem.federation.protocol.personal import PERSONAL
from tests.unit.federation.nodes import DAY, LATER, krefeld, sofia
from tests.unit.federation.test_canonical import VALUES


def made(**changes: Any) -> dict[str, Any]:
    value = {name: item for name, item in krefeld().problem().items() if name != "proof"}
    return {name: item for name, item in {**value, **changes}.items() if item is not ...}


def code_of(value: Any) -> str:
    with pytest.raises(ProtocolError) as refused:
        check(value)
    return refused.value.code


def test_an_object_is_read_as_it_was_made() -> None:
    value = new_object(
        "Solution",
        origin=sofia().did,
        uuid=UUID(int=7),
        version=3,
        published=DAY,
        updated=LATER,
        expires="2027-01-01T00:00:00Z",
        visibility=Visibility.NAMED,
        audience=(krefeld().did,),
        texts={"name": {"bg": {"text": "Сянка", "by": "human"}, "de": {"text": "Schatten", "by": "machine"}}},
        details={"cost": 12.5},
        in_reply_to="https://krefeld.example/federation/objects/1",
    )
    found = check(value)
    assert found.envelope.id == "https://sofia.example/federation/objects/00000000-0000-0000-0000-000000000007"
    assert found.envelope.types == ("Solution", "Article")
    assert (found.envelope.version, found.envelope.schema) == (3, objects.SCHEMA)
    assert (found.envelope.published, found.envelope.updated) == (DAY, LATER)
    assert found.envelope.audience == (krefeld().did,)
    assert found.envelope.in_reply_to == "https://krefeld.example/federation/objects/1"
    assert found.data == canonical(value)
    assert check({**value, "proof": "whatever"}) == found
    assert value["nameMap"] == {"bg": "Сянка", "de": "Schatten"}
    assert value["machine"] == {"name": ["de"]}


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_any_further_members_are_kept_or_refused_with_a_code(more: dict[str, Any]) -> None:
    value = made(details=more)
    try:
        found = check(value)
    except (BadObject, BadJson) as error:
        assert error.code.startswith(("object.", "json."))
    else:
        assert found.data == canonical(value)


def test_an_unknown_type_and_a_newer_schema_are_kept() -> None:
    found = check(made(type=["NoiseMap", "Document"], schema=9, answers=[{"any": "thing"}])).envelope
    assert (found.kind, found.schema) == ("NoiseMap", 9)
    assert not found.is_understood
    assert check(made()).envelope.is_understood


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": "https://www.w3.org/ns/activitystreams"}, "object.context"),
        ({"@context": [*objects.CONTEXT, "https://evil.example"]}, "object.context"),
        ({"id": "https://sofia.example/federation/objects/00000000-0000-0000-0000-000000000001"}, "object.id"),
        ({"id": "https://krefeld.example.evil.example/00000000-0000-0000-0000-000000000001"}, "object.id"),
        ({"id": "http://krefeld.example/00000000-0000-0000-0000-000000000001"}, "object.id"),
        ({"id": "https://krefeld.example/../00000000-0000-0000-0000-000000000001"}, "object.id"),
        ({"id": "https://krefeld.example/objects/1"}, "object.id"),
        ({"id": "https://krefeld.example/00000000-0000-0000-0000-000000000001\n"}, "object.id"),
        ({"id": ...}, "object.form"),
        ({"attributedTo": "did:web:127.0.0.1"}, "object.origin"),
        ({"attributedTo": [krefeld().did]}, "object.form"),
        ({"type": []}, "object.type"),
        ({"type": ["a", "b", "c", "d", "e"]}, "object.type"),
        ({"type": "no spaces"}, "object.type"),
        ({"type": ["Problem", "Tombstone"]}, "object.type"),
        ({"type": 1}, "object.type"),
        ({"version": 0}, "object.version"),
        ({"version": True}, "object.version"),
        ({"version": 1.0}, "object.version"),
        ({"version": "1"}, "object.version"),
        ({"schema": ...}, "object.version"),
        ({"published": ...}, "object.time"),
        ({"published": "2026-02-30T00:00:00Z"}, "object.time"),
        ({"published": "2026-02-03T00:00:00+01:00"}, "object.time"),
        ({"expires": None}, "object.time"),
        ({"updated": "2020-01-01T00:00:00Z"}, "object.time"),
        ({"visibility": "everybody"}, "object.audience"),
        ({"visibility": ...}, "object.audience"),
        ({"visibility": "named"}, "object.audience"),
        ({"visibility": "public", "audience": [sofia().did]}, "object.audience"),
        ({"visibility": "named", "audience": ["sofia"]}, "object.audience"),
        ({"visibility": "named", "audience": [sofia().did] * 101}, "object.audience"),
        ({"name": "Hitze"}, "object.texts"),
        ({"nameMap": {}}, "object.texts"),
        ({"nameMap": {"de": None}}, "object.texts"),
        ({"nameMap": {"<b>": "x"}}, "object.texts"),
        ({"contentMap": ["de"]}, "object.texts"),
        ({"machine": {"name": ["fr"]}}, "object.texts"),
        ({"machine": {"other": []}}, "object.texts"),
        ({"inReplyTo": "javascript:alert(1)"}, "object.answer"),
        ({"inReplyTo": None}, "object.answer"),
        ({"type": "Proposal"}, "object.answer"),
        ({"type": "Reuse", "inReplyTo": "https://sofia.example/1", "details": {}}, "object.answer"),
        ({"type": "Reuse", "inReplyTo": "https://sofia.example/1", "details": {"frame": {"a": 1}}}, "object.answer"),
        ({"details": {"n": 2**53}}, "json.number"),
        ({"details": {"n": float(2**53)}}, "object.number"),
        ({"details": {"n": 1e-13}}, "object.number"),
        ({"details": {"n": -1e300}}, "object.number"),
        ({"details": {"n": "\0"}}, "object.text_nul"),
        ({"details": {"\0": 1}}, "object.text_nul"),
        ({"details": {"t": "ä" * 32_769}}, "object.text_too_long"),
        ({"details": {"t": ["x" * 60_000] * 5}}, "object.too_large"),
        ({"details": [0] * 9_990}, "object.too_many_parts"),
        ({"details": [{}] * 5_000 + [[0]] * 2_600}, "object.too_many_parts"),
    ],
)
def test_objects_that_may_not_travel(changes: dict[str, Any], code: str) -> None:
    assert code_of(made(**changes)) == code


def test_an_object_nested_too_deep_may_not_travel() -> None:
    value: Any = 1
    for _ in range(31):
        value = [value]
    assert check(made(details=value))
    assert code_of(made(details=[value])) == "object.depth"


@pytest.mark.parametrize("value", [None, [], "text", 7, [{}]])
def test_what_is_no_object_is_refused(value: Any) -> None:
    assert code_of(value) == "object.form"


def test_the_limits_themselves_are_allowed() -> None:
    assert check(made(details={"n": [SAFE_INTEGER, -SAFE_INTEGER, 1e-12, 0.0, -0.0]}))
    assert check(made(details={"t": "ä" * 32_768}))
    assert check(made(details=[0] * 9_950))
    assert check(made(details={"t": "a \\u0000 that is only written about"}))


@pytest.mark.parametrize("name", ["email", "E-Mail", "phone_number", "schema:givenName", "vcard:hasEmail", "birthDate"])
def test_members_that_hold_a_persons_data_are_refused(name: str) -> None:
    assert code_of(made(details={"contact": [{name: "x"}]})) == "object.personal"


@given(st.sampled_from(sorted(PERSONAL)))
def test_every_watched_name_is_found(name: str) -> None:
    assert code_of(made(details={"a": {name.capitalize(): None}})) == "object.personal"


def test_a_person_is_refused_but_the_words_may_stand_in_texts() -> None:
    assert code_of(made(details={"author": {"type": "Person"}})) == "object.personal"
    assert code_of(made(details={"author": {"@type": ["foaf:Person"]}})) == "object.personal"
    assert check(made(details={"needs": ["email", "person"], "note": "phone: yes"}))


def test_a_tombstone_keeps_the_envelope_and_no_word_of_the_body() -> None:
    held = check(made(visibility="named", audience=[sofia().did], details={"secret": "word"})).envelope
    gone = tombstone(held, deleted=LATER)
    found = check(gone).envelope
    assert "Hitze" not in str(gone)
    assert "secret" not in str(gone)
    assert (found.id, found.version, found.audience) == (held.id, held.version + 1, held.audience)
    assert found.is_tombstone
    assert found.is_over(LATER)
    for extra in (
        {"nameMap": {"de": "Hitze"}},
        {"details": {}},
        {"deleted": ...},
        {"formerType": ...},
        {"formerType": 1},
    ):
        changed = {name: item for name, item in {**gone, **extra}.items() if item is not ...}
        assert code_of(changed) in ("object.tombstone", "object.time")


def test_the_higher_version_holds_and_two_of_one_number_are_reported() -> None:
    first, second = check(made()), check(made(details={"a": 1}))
    held = {"held_version": 4, "held_digest": first.digest}
    assert compared(5, second.digest, **held) is Order.NEWER
    assert compared(3, second.digest, **held) is Order.OLDER
    assert compared(4, first.digest, **held) is Order.SAME
    assert compared(4, second.digest, **held) is Order.EQUIVOCATES


def test_who_may_see_an_object() -> None:
    def seen(**changes: Any) -> list[bool]:
        envelope = check(made(**changes)).envelope
        readers = [(krefeld().did, False), (sofia().did, True), ("did:web:stranger.example", False)]
        return [envelope.may_see(did, is_partner=partner) for did, partner in readers]

    assert seen(visibility="public") == [True, True, True]
    assert seen(visibility="partners") == [True, True, False]
    assert seen(visibility="named", audience=["did:web:bonn.example"]) == [True, False, False]
    assert seen(visibility="named", audience=[sofia().did]) == [True, True, False]


def test_an_object_is_over_at_its_expiry() -> None:
    envelope = check(made(expires=LATER)).envelope
    assert not envelope.is_over(DAY)
    assert envelope.is_over(LATER)
