"""What administrators hear of partners, and agreements on their way over the network."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.guarded import Answer, FetchFailed
from citytandem.federation.client import Refused
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.notices import alerts_due
from citytandem.federation.services import delivering
from citytandem.federation.services.agreeing import agreement_exchange, exchanges_due
from citytandem.federation.services.identity import own_did
from citytandem.notifications.models import Notice
from tests.integration.federation.pairs import ALL, agreed, offer, offered_by, paired, signed_by
from tests.unit.federation.nodes import sofia

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(make_actor: Callable[[str], Actor]) -> Actor:
    return make_actor("administrator")


def told() -> list[str]:
    return list(Notice.objects.order_by("created_at", "id").values_list("template", flat=True))


def test_a_silence_is_told_once_and_a_second_one_again(administrator: Actor) -> None:
    peer = agreed()
    start = clock.now()
    Peer.objects.update(last_success_at=start)
    with clock.at(start + timedelta(hours=23)):
        assert alerts_due() == 0
    for hours in (25, 26, 40):
        with clock.at(start + timedelta(hours=hours)):
            alerts_due()
    assert told() == ["partner_silent"]
    back = start + timedelta(hours=50)
    Peer.objects.filter(id=peer.id).update(last_success_at=back)
    with clock.at(back + timedelta(minutes=1)):
        alerts_due()
    with clock.at(back + timedelta(hours=25)):
        alerts_due()
    assert told() == ["partner_silent"] * 2


def test_who_exchanges_by_file_is_never_silent(administrator: Actor) -> None:
    agreed()
    Peer.objects.update(by_file=True, last_success_at=clock.now() - timedelta(days=30))
    assert alerts_due() == 0


def test_an_end_is_told_thirty_days_before_and_once(administrator: Actor) -> None:
    now = clock.now()
    agreed(until=now + timedelta(days=60))
    Peer.objects.update(last_success_at=now + timedelta(days=90))
    for days in (20, 31, 32, 59):
        with clock.at(now + timedelta(days=days)):
            alerts_due()
    assert told() == ["agreement_ending"]
    assert Notice.objects.get().path.endswith("/agreement")


class Partner:
    """Sofia's node as far as agreements go: signs what it gets, offers what it has."""

    def __init__(self, *, signs: bool, offers: list[dict[str, Any]] | None = None) -> None:
        self.signs, self.offers, self.got = signs, offers or [], []  # type: ignore[var-annotated]

    def __call__(self, did: str, verb: str, path: str, *, body: bytes | None = None, **_more: Any) -> Answer:
        assert (did, path) == (sofia().did, "/agreement")
        if verb == "GET":
            return Answer(200, {}, orjson.dumps({"agreements": self.offers}))
        value = orjson.loads(body or b"")
        self.got.append(value["version"])
        return Answer(200 if self.signs else 202, {}, orjson.dumps(signed_by(sofia(), value) if self.signs else value))


def test_an_offer_is_delivered_once_and_signed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner(signs=True)
    monkeypatch.setattr(delivering, "ask", partner)
    peer = paired()
    offer(peer.id)
    agreement_exchange(peer.id)
    agreement_exchange(peer.id)
    assert partner.got == [1]
    assert Peer.objects.get().state == PeerState.ACTIVE


def test_what_the_partner_offers_is_fetched_where_it_cannot_reach_us(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = paired()
    theirs = offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL})
    monkeypatch.setattr(delivering, "ask", Partner(signs=False, offers=[theirs]))
    agreement_exchange(peer.id)
    assert AgreementVersion.objects.get().signed_by_them


@pytest.mark.parametrize(
    "trouble", [Refused("signature.key_unknown", 401), FetchFailed("network.unreachable", "sofia.example")]
)
def test_a_partner_that_is_not_there_yet_is_asked_ever_more_rarely(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def ask(*_positional: Any, **_named: Any) -> Answer:
        raise trouble

    monkeypatch.setattr(delivering, "ask", ask)
    peer = paired()
    pauses = []
    for _again in range(8):
        agreement_exchange(peer.id)
        held = Peer.objects.get()
        assert held.next_pull_at is not None
        pauses.append(held.next_pull_at - clock.now())
    assert held.last_error_code == trouble.code  # type: ignore[attr-defined]
    assert all(later >= earlier - timedelta(seconds=5) for earlier, later in itertools.pairwise(pauses))
    assert pauses[-1] <= timedelta(hours=1)
    assert exchanges_due() == 0
    with clock.at(clock.now() + timedelta(hours=2)):
        assert exchanges_due() == 1


def test_nonsense_from_a_partner_is_noted_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = agreed()
    monkeypatch.setattr(delivering, "ask", lambda *_a, **_k: Answer(200, {}, b'{"agreements": 5}'))
    AgreementVersion.objects.update(delivered_at=clock.now())
    agreement_exchange(peer.id)
    held = Peer.objects.get()
    assert (held.state, held.last_error_code) == (PeerState.ACTIVE, "json.malformed")
