"""`citytandem federation verify`: a node in order has no faults, and whatever is changed behind its back is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from citytandem import cli
from citytandem.core import clock
from citytandem.core.ids import uuid7
from citytandem.core.versions import translations
from citytandem.federation.checking import check_all
from citytandem.federation.models import LogEntry, Peer, PulledPage, SharedObject
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.objects import check, new_object
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.services.identity import signer
from citytandem.federation.services.log import Passed, append
from citytandem.federation.state import partner_named, state_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(settings: Any) -> list[SharedObject]:
    """Two things of ours, published."""
    settings.ADDRESS = "https://krefeld.example"
    me, now = signer(), instant(clock.now())
    rows = []
    for words in ("Hitze", "Wasser"):
        body = new_object(
            "Problem", origin=me.did, uuid=uuid7(), version=1, published=now, texts={"name": translations(de=words)}
        )
        found = check(body)
        rows.append(
            SharedObject.objects.create(
                uri=found.envelope.id, origin=me.did, kind="Problem", version=1, digest=found.digest, visibility="partners",
                published=moment(now), body=json.dumps(proven(body, me.key, did=me.did, created=now)), is_own=True,
                local_kind="problem", local_id=uuid7(), received_at=moment(now), applied_version=1,
            )
        )  # fmt: skip
    append([Passed(row.uri, row.digest, row.version) for row in rows])
    return rows


def codes() -> set[str]:
    return {fault.code for fault in check_all().faults}


def test_a_node_in_order_has_no_faults(held: list[SharedObject]) -> None:
    found = check_all()
    assert (found.entries, found.objects, found.holds) == (2, 2, True)


def test_what_its_origin_keeps_from_us_now_is_no_fault(held: list[SharedObject]) -> None:
    SharedObject.objects.filter(id=held[0].id).update(body="{}", is_gone=True, is_own=False, entry=None)
    assert check_all().holds
    SharedObject.objects.filter(id=held[0].id).update(is_gone=False)
    assert [fault.where for fault in check_all().faults] == [held[0].uri]


def test_a_changed_text_is_found(held: list[SharedObject]) -> None:
    held[0].refresh_from_db()
    SharedObject.objects.filter(id=held[0].id).update(body=held[0].body.replace("Hitze", "Kaelte"))
    assert codes() == {"object.form"}


def test_somebody_elses_proof_is_found(held: list[SharedObject]) -> None:
    one, other = (json.loads(row.body) for row in held)
    SharedObject.objects.filter(id=held[0].id).update(body=json.dumps({**one, "proof": other["proof"]}))
    assert codes() == {"proof.wrong"}


@pytest.mark.parametrize(
    ("change", "code"), [({"version": 7}, "log.digest"), ({"previous": "0" * 64}, "log.digest"), ({"kind": "delete"}, "log.digest")]
)  # fmt: skip
def test_a_changed_entry_is_found(held: list[SharedObject], change: dict[str, Any], code: str) -> None:
    LogEntry.objects.filter(number=1).update(**change)
    assert code in codes()


def test_a_lost_entry_is_found(held: list[SharedObject]) -> None:
    LogEntry.objects.filter(number=1).delete()
    assert "log.gap" in codes()


def test_a_hole_in_what_was_pulled_is_found(held: list[SharedObject]) -> None:
    peer = partner()
    PulledPage.objects.create(peer=peer, first=2, last=2, digests=b"x" * 32)
    assert codes() == {"log.gap"}


def partner() -> Peer:
    return Peer.objects.create(
        did="did:web:sofia.example", name="Sofia", confirmed_key="z6Mk", confirmed_at=clock.now(), cursor_digest="0" * 64,
        state="active", head_number=5, cursor_number=3,
    )  # fmt: skip


def test_the_state_names_each_partner_and_what_is_left(held: list[SharedObject]) -> None:
    partner()
    told = state_now()
    assert (told["node"], told["entries"], told["published"]) == ("did:web:krefeld.example", 2, 2)
    (one,) = told["partners"]
    assert (one["state"], one["behind"], one["to_send"]) == ("active", 2, 2)


@pytest.mark.parametrize("said", ["sofia", "Sofia", "sofia.example", "https://sofia.example/", "did:web:sofia.example"])
def test_a_partner_is_known_by_name_address_and_did(held: list[SharedObject], said: str) -> None:
    peer = partner()
    assert partner_named(said) == peer
    assert partner_named("arezzo") is None


def options(*words: str) -> Any:
    return cli._parser(cli.command("federation")).parse_args(list(words))


def test_verify_says_no_where_something_is_wrong(held: list[SharedObject], capsys: pytest.CaptureFixture[str]) -> None:
    run = cli.command("federation").run
    assert run(options("verify", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []
    LogEntry.objects.filter(number=2).update(version=9)
    assert run(options("verify", "--json")) == 1
    assert {"where": "2", "code": "log.digest"} in json.loads(capsys.readouterr().out)["faults"]


def test_a_new_key_is_told_with_its_words(held: list[SharedObject], capsys: pytest.CaptureFixture[str]) -> None:
    before = signer().key.public.multikey
    assert cli.command("federation").run(options("rotate-key", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["key"] == signer().key.public.multikey != before
    assert len(told["words"].replace(" ", "-").split("-")) == 8
    assert check_all().holds


def test_a_file_comes_out_whole_and_only_where_it_may_be_read(held: list[SharedObject], tmp_path: Any) -> None:
    path = tmp_path / "invitation.jsonl"
    assert cli.command("federation").run(options("export", "--out", str(path))) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_text().splitlines()
    assert [json.loads(line)["citytandem"] for line in lines] == ["exchange 1", "exchange end 1"]
