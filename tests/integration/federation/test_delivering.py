"""Taking agreements to a partner and fetching its own: nothing that one of them says holds up another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.federation.agreed import terms_with
from citytandem.federation.known import document_keep
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import new_key
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.services import pacing
from citytandem.federation.services.agreeing import TELLS_ENDED, agreement_exchange, agreement_received, exchanges_due
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.pairing import partner_end
from tests.integration.federation.pairs import ALL, offer, offered_by, signed_by
from tests.integration.federation.served import Reply, Served, served

pytestmark = pytest.mark.django_db


class Desk:
    """The partner's side of agreements: what it tells, what it refuses, what it was sent."""

    def __init__(self, one: Served) -> None:
        self.one = one
        self.told: list[Any] = []
        self.status: dict[int, Reply] = {}
        self.is_gone = False
        self.got: list[int] = []
        self._sent: list[dict[str, Any]] = []

    def answers(self, path: str, reply: Reply) -> Reply:
        if not path.endswith("/agreement"):
            return reply
        if self.is_gone:
            return Reply(503, b"{}")
        if len(self._sent):
            body = self._sent.pop()
            self.got.append(body["version"])
            return self.status.get(body["version"], Reply(202, b"{}"))
        return Reply(200, orjson.dumps({"agreements": self.told}))


@pytest.fixture
def desk(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    from citytandem.federation.services import delivering

    settings.ADDRESS = "http://localhost:8000"
    usual = delivering.ask
    with served(state=PeerState.WAITING) as one:
        found = Desk(one)
        one.twist = found.answers

        def asked(did: str, verb: str, path: str, **more: Any) -> Any:
            found._sent = [orjson.loads(more["body"])] if verb == "POST" else []
            return usual(did, verb, path, **more)

        monkeypatch.setattr(delivering, "ask", asked)
        yield found


def begun(desk: Desk) -> Peer:
    """Both have signed, and each knows it."""
    document_keep(desk.one.document, did=desk.one.node.did)
    row = offer(desk.one.peer.id)
    agreement_received(signed_by(desk.one.node, row.body), peer=desk.one.peer)
    AgreementVersion.objects.update(delivered_at=clock.now())
    return Peer.objects.get()


def no() -> Reply:
    return Reply(422, b'{"code": "agreement.version"}')


def delivered() -> list[int]:
    rows = AgreementVersion.objects.exclude(delivered_at=None).filter(signed_by_us=True)
    return sorted(rows.values_list("version", flat=True))


def test_an_unusable_old_version_does_not_hold_up_an_ending(desk: Desk) -> None:
    peer = begun(desk)
    node = desk.one.node
    bad = offered_by(node, sends={node.did: ALL}, version=2)
    bad = proven(
        {name: part for name, part in bad.items() if name != "proof"}, new_key(), did=node.did,
        created=instant(clock.now()),
    )  # fmt: skip
    desk.told = [offered_by(node, sends={}, version=3), bad, 7, None]
    agreement_exchange(peer.id)
    assert list(AgreementVersion.objects.order_by("version").values_list("version", flat=True)) == [1, 3]
    assert not any(terms_with(peer).sends.values())  # type: ignore[union-attr]
    assert Peer.objects.get().last_error_code == ""


def test_a_newest_version_that_cannot_be_taken_is_shown(desk: Desk) -> None:
    peer = begun(desk)
    good, bad = (offered_by(desk.one.node, sends={desk.one.node.did: ALL}, version=number) for number in (2, 3))
    bad["details"]["until"] = "2099-01-01T00:00:00Z"
    desk.told = [bad, good]
    agreement_exchange(peer.id)
    assert AgreementVersion.objects.filter(version=2).exists()
    assert Peer.objects.get().last_error_code == "proof.wrong"


def test_a_refused_version_does_not_hold_up_a_newer_one(desk: Desk) -> None:
    peer = begun(desk)
    offer(peer.id, until=clock.now() + timedelta(days=30))
    offer(peer.id, sends={})
    desk.status = {2: no()}
    agreement_exchange(peer.id)
    assert desk.got == [3, 2]
    assert delivered() == [1, 3]
    assert Peer.objects.get().last_error_code == "agreement.version"
    agreement_exchange(peer.id, only_due=True)
    assert desk.got == [3, 2]
    desk.status = {}
    with clock.at(clock.now() + timedelta(minutes=2)):
        agreement_exchange(peer.id, only_due=True)
    assert delivered() == [1, 2, 3]


@pytest.mark.parametrize("state", [PeerState.ENDED, PeerState.PAUSED, PeerState.WAITING])
def test_who_is_gone_is_asked_less_and_less(desk: Desk, state: str) -> None:
    peer = begun(desk)
    if state == PeerState.ENDED:
        partner_end(peer.id, by=SYSTEM)
    else:
        offer(peer.id, sends={})
        Peer.objects.update(state=state, paused_at=clock.now() if state == PeerState.PAUSED else None)
    desk.is_gone = True
    now, asked = clock.now(), []
    for passed in range(180):
        with clock.at(now + timedelta(minutes=passed)):
            # What every partner is asked once an hour anyway is not counted.
            if clock.now().minute != peer.id.int % 60 and exchanges_due():
                asked.append(passed)
                agreement_exchange(peer.id, only_due=True)
    assert 5 <= len(asked) <= 10
    assert asked[-1] - asked[-2] >= 32


def test_one_that_ended_with_us_and_is_gone_for_a_month_is_left_alone(desk: Desk) -> None:
    peer = begun(desk)
    partner_end(peer.id, by=SYSTEM)
    assert exchanges_due() == 1
    with clock.at(clock.now() + TELLS_ENDED + timedelta(minutes=1)):
        assert exchanges_due() == 0


def test_when_both_have_ended_there_is_nothing_left_to_tell(desk: Desk) -> None:
    peer = begun(desk)
    partner_end(peer.id, by=SYSTEM)
    desk.status = {2: Reply(403, b'{"code": "partner.ended"}')}
    agreement_exchange(peer.id)
    assert desk.got == [2]
    assert exchanges_due() == 0
    assert Peer.objects.get().last_error_code == ""


def test_a_network_that_fails_is_noted_and_everything_is_tried_again(desk: Desk) -> None:
    peer = begun(desk)
    offer(peer.id, sends={own_did(): ALL})
    desk.is_gone = True
    agreement_exchange(peer.id)
    row = AgreementVersion.objects.get(version=2)
    assert (Peer.objects.get().last_error_code, row.tries, delivered()) == ("http.503", 1, [1])
    assert row.next_try_at is not None
    desk.is_gone = False
    agreement_exchange(peer.id)
    row.refresh_from_db()
    assert (row.tries, row.next_try_at, delivered()) == (0, None, [1, 2])


def test_one_lost_message_does_not_wait_ever_longer_while_the_partner_can_be_read(desk: Desk) -> None:
    peer = begun(desk)
    agreement_exchange(peer.id)
    Peer.objects.update(state=PeerState.ACTIVE, failures=0)
    offer(peer.id, sends={own_did(): ALL})
    desk.is_gone = True
    for _attempt in range(5):
        agreement_exchange(peer.id)
    row = AgreementVersion.objects.get(version=2)
    assert row.next_try_at is not None
    assert row.next_try_at <= clock.now() + timedelta(minutes=1)


def test_when_a_partner_is_back_what_it_missed_waits_no_longer(desk: Desk) -> None:
    peer = begun(desk)
    agreement_exchange(peer.id)
    Peer.objects.update(state=PeerState.ACTIVE, failures=4)
    offer(peer.id, sends={own_did(): ALL})
    desk.is_gone = True
    for _attempt in range(4):
        agreement_exchange(peer.id)
    row = AgreementVersion.objects.get(version=2)
    assert row.next_try_at is not None
    assert row.next_try_at > clock.now() + timedelta(minutes=5)
    pacing.succeeded(Peer.objects.get())
    row.refresh_from_db()
    assert row.next_try_at is None
