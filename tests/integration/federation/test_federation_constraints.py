"""What the database refuses of partners, agreements, logs and objects, whatever code stands in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from citytandem.core.ids import stable_id
from citytandem.federation.models import (
    AgreementVersion,
    Exchange,
    HeadSeen,
    HeldBack,
    Identity,
    LogEntry,
    Nonce,
    OpenEntry,
    OwnKey,
    Peer,
    PulledPage,
    SetAside,
    SharedObject,
    Usage,
)
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
SOFIA = "did:web:sofia.example"
URI = "https://sofia.example/federation/objects/1"
DIGEST = "0" * 64
THING = stable_id("test", "thing")


def a_peer() -> Peer:
    """The one partner of these rows."""
    usual = {"name": "Sofia", "confirmed_key": "z6Mk", "confirmed_at": NOW, "cursor_digest": DIGEST}
    return Peer.objects.get_or_create(did=SOFIA, defaults=usual)[0]


GOOD: dict[type[Any], Callable[[], dict[str, Any]]] = {
    Identity: lambda: {"did": SOFIA, "started_at": NOW},
    OwnKey: lambda: {"multikey": "z6Mk", "valid_from": NOW},
    Peer: lambda: {"did": URI, "name": "Sofia", "confirmed_key": "z6Mk", "confirmed_at": NOW, "cursor_digest": DIGEST},
    AgreementVersion: lambda: {
        "peer": a_peer(), "uri": URI, "version": 1, "digest": DIGEST, "body": {}, "signed_by_us": True, "starts": NOW,
        "until": NOW, "received_at": NOW,
    },
    SharedObject: lambda: {
        "uri": URI, "origin": SOFIA, "kind": "Problem", "version": 1, "digest": DIGEST, "visibility": "public",
        "published": NOW, "body": "{}", "received_at": NOW,
    },
    LogEntry: lambda: {
        "number": 1, "previous": DIGEST, "digest": DIGEST, "at": NOW, "kind": "put", "uri": URI, "version": 1,
        "object_digest": DIGEST,
    },
    PulledPage: lambda: {"peer": a_peer(), "first": 1, "last": 2, "digests": b""},
    OpenEntry: lambda: {"peer": a_peer(), "uri": URI, "version": 1, "number": 1, "since": NOW},
    HeldBack: lambda: {"local_kind": "problem", "local_id": THING, "code": "pii.email", "at": NOW},
    SetAside: lambda: {"peer": a_peer(), "number": 1, "uri": URI, "version": 1, "code": "proof.wrong", "at": NOW},
    HeadSeen: lambda: {"node": SOFIA, "number": 1, "digest": DIGEST, "at": NOW, "body": {}},
    Nonce: lambda: {"key": SOFIA, "nonce": "1", "keep_until": NOW},
    Usage: lambda: {"peer": a_peer(), "hour": NOW},
    Exchange: lambda: {"peer": a_peer(), "at": NOW, "way": "pull"},
}  # fmt: skip


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    return GOOD[model]()


OWN = {"is_own": True, "local_kind": "problem", "local_id": THING}
FAULTS = table(
    Fault("federation_identity_is_single", Identity, {"id": 2}),
    Fault("own_key_ends_after_it_begins", OwnKey, {"expires": NOW}),
    Fault("own_key_revoked_has_no_secret", OwnKey, {"revoked": NOW, "secret": b"1"}),
    Fault("own_key_current_is_single", OwnKey, {"multikey": "z6Mz"}, first={}),
    Fault("peer_state_known", Peer, {"state": "married"}),
    Fault("peer_paused_has_time", Peer, {"state": "paused"}),
    Fault("peer_paused_has_time", Peer, {"paused_at": NOW}),
    Fault("peer_cursor_not_negative", Peer, {"cursor_number": -1}),
    Fault("agreement_version_once", AgreementVersion, first={}),
    Fault("agreement_signed_by_somebody", AgreementVersion, {"signed_by_us": False}),
    Fault("shared_object_once", SharedObject, first={}),
    Fault("shared_object_version_from_1", SharedObject, {"version": 0}),
    Fault("shared_object_visibility_known", SharedObject, {"visibility": "secret"}),
    Fault("shared_object_own_once", SharedObject, {**OWN, "uri": f"{URI}2"}, first=OWN),
    Fault("log_entry_from_1", LogEntry, {"number": 0}),
    Fault("log_entry_kind_known", LogEntry, {"kind": "patch"}),
    Fault("log_entry_one_after_another", LogEntry, {"number": 2}, first={}),
    Fault("pulled_page_once", PulledPage, first={}),
    Fault("pulled_page_in_order", PulledPage, {"last": 0}),
    Fault("open_entry_once", OpenEntry, first={}),
    Fault("held_back_once", HeldBack, first={}),
    Fault("set_aside_once", SetAside, first={}),
    Fault("head_seen_once", HeadSeen, first={}),
    Fault("nonce_once", Nonce, first={}),
    Fault("usage_once_an_hour", Usage, first={}),
    Fault("exchange_way_known", Exchange, {"way": "post"}),
)
MODULES = {
    "citytandem.federation.models",
    "citytandem.federation.models_log",
}
# Rows that only exist together with another one.
TESTED_BELOW = {"shared_object_one_writer"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_what_is_ours_came_from_nobody() -> None:
    fault = Fault("shared_object_one_writer", SharedObject, {**OWN, "from_peer": a_peer()})
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, MODULES) - TESTED_BELOW == set()
