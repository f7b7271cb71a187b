"""The pages about partners: who may see them, what they say, and the way from an address to an agreement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import SYSTEM
from citytandem.accounts.models import NODE_ROLES, Membership, Person
from citytandem.core import clock
from citytandem.federation.models import (
    AgreementVersion,
    Doubt,
    Exchange,
    HeldBack,
    Peer,
    PeerState,
    SetAside,
    SharedObject,
    Usage,
)
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.services.agreeing import agreement_received
from citytandem.federation.services.identity import own_did, signer
from citytandem.federation.services.pairing import own_words, partner_pause
from tests.integration.federation.pairs import ALL, agreed, document_of, offered_by, paired, words_of_node
from tests.integration.federation.test_exchange_files import file_of, with_problems
from tests.unit.federation.nodes import Node, sofia

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def signed_in(role: str) -> Client:
    person = Person.objects.create(email=f"{role}@test.example", name=role)
    if role in NODE_ROLES:
        Membership.objects.create(person=person, role=role, since=clock.now())
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def administrator() -> Client:
    return signed_in("administrator")


def text_of(response: Any) -> str:
    return str(response.content.decode())


def busy(peer: Peer) -> None:
    """A partner with something in every part of its page."""
    now = clock.now()
    Exchange.objects.create(peer=peer, at=now, way="pull", taken=12, size=34_000)
    Exchange.objects.create(peer=peer, at=now, way="pull", code="network.unreachable")
    SetAside.objects.create(peer=peer, number=3, uri="https://sofia.example/x", version=1, code="proof.wrong", at=now)
    Doubt.objects.create(node=peer.did, code="log.two_histories", first={"number": 1}, second={"number": 2}, at=now)
    Usage.objects.create(peer=peer, hour=now.replace(minute=0, second=0, microsecond=0), requests=7, objects_in=12)
    for number, kind in enumerate(("Problem", "Solution", "Solution", "Unheard"), start=1):
        SharedObject.objects.create(
            uri=f"https://sofia.example/{number}", origin=peer.did, kind=kind, version=1, digest="0" * 64,
            visibility="partners", published=now, body="{}", from_peer=peer, received_at=now,
        )  # fmt: skip


@pytest.mark.parametrize("role", ["resident", "department_staff"])
@pytest.mark.parametrize("path", ["/federation", "/federation/new", "/federation/files", "/federation/keys"])
def test_others_are_told_that_these_pages_are_not_for_them(role: str, path: str) -> None:
    assert signed_in(role).get(path).status_code == 403
    assert Client().get(path).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("role", ["innovation_unit", "programme_coordinator"])
def test_who_works_with_partners_may_look_and_not_change(role: str) -> None:
    peer, client = agreed(), signed_in(role)
    for path in ("/federation", f"/federation/partners/{peer.id}", "/federation/held"):
        assert client.get(path).status_code == 200
    for path in ("/federation/new", f"/federation/partners/{peer.id}/agreement", f"/federation/partners/{peer.id}/end"):
        assert client.get(path).status_code == 403
    assert client.post(f"/federation/partners/{peer.id}/pause").status_code == 403
    assert Peer.objects.get().state == PeerState.ACTIVE


def test_without_partners_the_page_tells_how_to_begin(administrator: Client) -> None:
    page = text_of(administrator.get("/federation"))
    assert "Nobody is paired with us yet" in page
    assert page.count("<li><b>") == 3


def test_pages_cost_the_same_for_any_number_of_partners(administrator: Client) -> None:
    signer()
    counts = []
    for number in range(1, 5):
        node = Node(f"did:web:city{number}.example", PrivateKey(bytes([number]) * 32))
        peer = agreed(node) if number % 2 else paired(node, name=f"City {number}")
        busy(peer) if number == 1 else None
        with CaptureQueriesContext(connection) as made:
            assert administrator.get("/federation").status_code == 200
        counts.append(len(made))
    assert counts[1] == counts[-1] <= MOST_QUERIES


@pytest.mark.parametrize("path", ["", "/agreement", "/end"])
def test_the_page_of_a_partner_asks_the_database_little(administrator: Client, path: str) -> None:
    peer = agreed()
    busy(peer)
    administrator.get("/federation/held")  # what is remembered between requests is read by then
    with CaptureQueriesContext(connection) as made:
        assert administrator.get(f"/federation/partners/{peer.id}{path}").status_code == 200
    assert len(made) <= MOST_QUERIES, [query["sql"][:90] for query in made.captured_queries]


def test_an_address_that_is_none_comes_back_with_what_was_typed(administrator: Client) -> None:
    response = administrator.post("/federation/new", {"address": "10.0.0.1"})
    assert response.status_code == 422
    assert 'value="10.0.0.1"' in text_of(response)
    assert "a partner is known by its name" in text_of(response)
    assert "This is not the address of a node" in text_of(administrator.post("/federation/new", {"address": "a b"}))


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other node answers with its document."""
    from citytandem.federation.known import document_keep

    def fetch(did: str, *, force: bool = False) -> Any:
        return document_keep(document_of(sofia()), did=did)

    monkeypatch.setattr("citytandem.federation.client.document_fetch", fetch)


@pytest.mark.usefixtures("found")
def test_from_an_address_to_a_partner_by_the_words_that_were_heard(administrator: Client) -> None:
    looked = text_of(administrator.post("/federation/new", {"address": "sofia.example"}))
    assert own_words().words.split("-")[3] in looked
    assert words_of_node(sofia()).split("-")[0] not in looked
    wrong = administrator.post(
        "/federation/new",
        {"address": "sofia.example", "do": "confirm", "words_read": "lusab babad", "name": "Sofia Town"},
    )
    assert wrong.status_code == 422
    assert 'value="Sofia Town"' in text_of(wrong)
    assert not Peer.objects.exists()
    heard = words_of_node(sofia()).replace("-", " ")
    right = administrator.post(
        "/federation/new", {"address": "sofia.example", "do": "confirm", "words_read": heard, "name": "Sofia"}
    )
    assert right.headers["Location"] == f"/federation/partners/{Peer.objects.get().id}/agreement"
    again = administrator.post("/federation/new", {"address": "https://sofia.example/"}, follow=True)
    assert again.redirect_chain == [(f"/federation/partners/{Peer.objects.get().id}", 302)]
    assert "You are paired with this node already" in text_of(again)


def test_a_partner_that_does_not_answer_is_still_found_by_its_address(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from citytandem.core.guarded import FetchFailed

    def silent(did: str, *, force: bool = False) -> Any:
        raise FetchFailed("network.unreachable", did)

    monkeypatch.setattr("citytandem.federation.client.document_fetch", silent)
    peer = agreed()
    response = administrator.post("/federation/new", {"address": "sofia.example"})
    assert response.headers["Location"] == f"/federation/partners/{peer.id}"
    assert administrator.post("/federation/new", {"address": "athens.example"}).status_code == 503


def test_our_own_qr_text_is_not_taken_for_a_number(administrator: Client) -> None:
    page = text_of(administrator.post("/federation/new", {"address": own_words().qr}))
    assert "the address of your own node" in page


def test_the_partners_page_says_what_is_wrong_and_what_to_do(administrator: Client) -> None:
    peer = agreed()
    busy(peer)
    partner_pause(peer.id, by=SYSTEM, code="log.rewritten")
    page = text_of(administrator.get(f"/federation/partners/{peer.id}"))
    assert "tells its past in another way" in page
    assert "Call your partner before you resume" in page
    assert "log.rewritten" in page
    assert "The signature does not fit" in page
    assert ">Unheard<" in page
    assert administrator.post(f"/federation/partners/{peer.id}/resume").status_code == 302
    assert Peer.objects.get().state == PeerState.ACTIVE


def test_both_documents_of_a_doubt_can_be_taken_along(administrator: Client) -> None:
    peer = agreed()
    busy(peer)
    doubt = Doubt.objects.get()
    for which, number in (("first", 1), ("second", 2)):
        response = administrator.get(f"/federation/partners/{peer.id}/doubts/{doubt.id}/{which}.json")
        assert response.json() == {"number": number}
        assert "attachment" in response.headers["Content-Disposition"]
    assert administrator.get(f"/federation/partners/{peer.id}/doubts/{doubt.id}/third.json").status_code == 404


def chosen(**more: Any) -> dict[str, Any]:
    kinds = [
        "CityProfile",
        "Problem",
        "Solution",
        "Evidence",
        "Challenge",
        "Proposal",
        "Reuse",
        "Dataset",
        "Layer",
        "Guide",
        "Event",
        "PartnershipRecord",
        "*",
    ]
    until = (clock.now() + timedelta(days=200)).strftime("%Y-%m-%d")
    usual = {f"{side}_{kind}": "partners" for side in ("ours", "theirs") for kind in kinds}
    return {**usual, "until": until, "office": "Innovation office", "page": "https://krefeld.example/office", **more}


def test_what_changes_is_told_before_anything_is_signed(administrator: Client) -> None:
    peer = paired()
    path = f"/federation/partners/{peer.id}/agreement"
    told = administrator.post(path, chosen(do="look"))
    assert "This is what you would sign" in text_of(told)
    assert "when both have signed" in text_of(told)
    assert not AgreementVersion.objects.exists()
    seen = told.context["seen"]
    other = administrator.post(path, chosen(do="offer", seen=seen, ours_Problem="public"))
    assert not AgreementVersion.objects.exists(), "what was changed after looking is shown again"
    assert other.context["seen"] != seen
    assert administrator.post(path, chosen(do="offer", seen=seen)).status_code == 302
    sends = AgreementVersion.objects.get().body["details"]["sends"]
    assert sends == {own_did(): {"*": "partners"}, peer.did: {"*": "partners"}}


def signed(client: Client, path: str, fits: dict[str, Any]) -> dict[str, Any]:
    """What was signed after it was looked at."""
    seen = client.post(path, {**fits, "do": "look"}).context["seen"]
    assert client.post(path, {**fits, "do": "offer", "seen": seen}).status_code == 302
    found: dict[str, Any] = AgreementVersion.objects.order_by("-version")[0].body["details"]
    return found


def test_a_kind_that_differs_is_named_and_one_can_be_left_out_alone(administrator: Client) -> None:
    peer = paired()
    path = f"/federation/partners/{peer.id}/agreement"
    fits = chosen(ours_Dataset="", ours_Problem="like", theirs_Layer="public")
    assert "are named one by one" in text_of(administrator.post(path, {**fits, "do": "look"}))
    sends = signed(administrator, path, fits)["sends"]
    assert "Dataset" not in sends[own_did()]
    assert "*" not in sends[own_did()]
    assert len(sends[own_did()]) == 11
    assert sends[peer.did] == {"*": "partners", "Layer": "public"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("until", "2020-01-01"), ("until", ""), ("office", "somebody@krefeld.example"), ("page", "javascript:alert(1)")],
)
def test_what_cannot_be_agreed_is_said_and_nothing_typed_is_lost(administrator: Client, field: str, value: str) -> None:
    response = administrator.post(f"/federation/partners/{paired().id}/agreement", chosen(do="look", **{field: value}))
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text_of(response)
    assert 'value="public"' in text_of(response)


def test_what_the_partner_offers_is_read_and_signed(administrator: Client) -> None:
    peer = paired()
    agreement_received(offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL}), peer=peer)
    assert "waits for our signature" in text_of(administrator.get("/federation"))
    path = f"/federation/partners/{peer.id}/agreement"
    page = administrator.get(path)
    assert "Sofia offers version 1" in text_of(page)
    digest = AgreementVersion.objects.get().digest
    assert administrator.post(path, {"do": "sign", "digest": digest}).status_code == 302
    assert Peer.objects.get().state == PeerState.ACTIVE
    after = text_of(administrator.get(f"/federation/partners/{peer.id}"))
    assert "In force until" in after
    assert "Digital unit" in after


def test_a_file_is_made_taken_and_told_of(administrator: Client) -> None:
    peer, node = agreed(), with_problems()
    made = administrator.post("/federation/files/make", {"partner": str(peer.id), "everything": "on"})
    assert b"".join(made.streaming_content).startswith(b'{"citytandem":"exchange 1"')
    data = file_of(node, pages=[node.page()])
    response = administrator.post("/federation/files", {"file": SimpleUploadedFile("from.citytandem", data)})
    assert "Taken over from Sofia" in text_of(response)
    assert (response.context["new"], response.context["taken"].objects) == (5, 5)
    again = administrator.post("/federation/files", {"file": SimpleUploadedFile("from.citytandem", data)})
    assert (again.context["new"], again.context["taken"].objects) == (0, 5)
    harmed = SimpleUploadedFile("from.citytandem", data[:-20])
    assert administrator.post("/federation/files", {"file": harmed}).status_code == 422
    assert administrator.get("/federation/files").status_code == 200


def test_an_invitation_leads_to_the_words_and_then_to_the_agreement(administrator: Client) -> None:
    data = file_of(sofia(), to="")
    asked = administrator.post("/federation/files", {"file": SimpleUploadedFile("invitation.citytandem", data)})
    header = asked.context["form"].initial["header"]
    answer = {"header": header, "node": sofia().did, "name": "Sofia", "words_read": "lusab"}
    assert administrator.post("/federation/files/invited", answer).status_code == 422
    answer["words_read"] = words_of_node(sofia())
    assert administrator.post("/federation/files/invited", answer).headers["Location"].endswith("/agreement")


def test_an_end_is_asked_for_twice(administrator: Client) -> None:
    peer = agreed()
    assert "This is what happens" in text_of(administrator.get(f"/federation/partners/{peer.id}/end"))
    administrator.post(f"/federation/partners/{peer.id}/end")
    assert Peer.objects.get().state == PeerState.ENDED
    assert "that has ended" in text_of(administrator.get("/federation"))
    assert administrator.get(f"/federation/partners/{peer.id}").status_code == 200


def test_keys_change_only_after_showing_again_who_one_is(administrator: Client) -> None:
    before = own_words().words
    assert before.split("-")[0] in text_of(administrator.get("/federation/keys"))
    assert administrator.get("/federation/code.svg").headers["Content-Type"] == "image/svg+xml"
    response = administrator.post("/federation/keys/rotate", {"word": "new key"})
    assert "reauthenticate" in response.headers["Location"]
    assert own_words().words == before


def test_what_is_held_back_says_why(administrator: Client) -> None:
    from uuid import uuid4

    assert "Nothing is held back" in text_of(administrator.get("/federation/held"))
    HeldBack.objects.create(local_kind="unheard", local_id=uuid4(), code="federation.personal_data", at=clock.now())
    assert administrator.get("/federation/held").status_code == 200
