"""What the clock asks for: who is due is read, what a kill left goes on, and nothing costs anything without partners."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock
from citytandem.federation.models import AgreementVersion, Exchange, Nonce, Peer, SharedObject
from citytandem.federation.services import pacing
from citytandem.federation.services.due import do_what_is_due
from tests.integration.federation.pairs import agreed
from tests.unit.federation.nodes import sofia

pytestmark = pytest.mark.django_db


def jobs_left(name: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=name, status="todo").count()


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_without_partners_it_is_one_small_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        do_what_is_due()
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({"next_pull_at": None}, True),
        ({"next_pull_at": timedelta(minutes=-1)}, True),
        ({"next_pull_at": timedelta(minutes=5)}, False),
        ({"next_pull_at": None, "by_file": True}, False),
        ({"next_pull_at": None, "state": "waiting"}, False),
    ],
)
def test_who_is_due_is_read(changes: dict[str, Any], is_due: bool) -> None:
    agreed()
    forget_jobs()
    found = {name: clock.now() + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    Peer.objects.update(**found)
    do_what_is_due()
    do_what_is_due()
    assert jobs_left("federation.pull") == int(is_due)


@pytest.mark.parametrize("seconds", [-60, 3])
def test_what_is_undelivered_goes_to_whom_is_read_now(seconds: int) -> None:
    """Reading comes first and sets the next time: whoever asks for less than that would wait for ever."""
    peer = agreed()
    AgreementVersion.objects.filter(peer=peer).update(signed_by_us=True, delivered_at=None)
    forget_jobs()
    Peer.objects.update(next_pull_at=clock.now() + timedelta(seconds=seconds))
    do_what_is_due()
    assert (jobs_left("federation.pull"), jobs_left("federation.agree")) == (1, 1)


def test_what_a_kill_left_between_storing_and_showing_goes_on() -> None:
    peer = agreed()
    forget_jobs()
    SharedObject.objects.create(
        uri=sofia().problem(1)["id"], origin=peer.did, kind="Problem", version=1, digest="0" * 64, visibility="public",
        published=clock.now(), body="{}", from_peer=peer, received_at=clock.now(),
    )  # fmt: skip
    do_what_is_due()
    assert jobs_left("federation.apply") == 1


def test_old_nonces_and_histories_are_forgotten() -> None:
    peer = agreed()
    now = clock.now()
    Nonce.objects.create(key="k", nonce="a" * 16, keep_until=now - timedelta(seconds=1))
    Nonce.objects.create(key="k", nonce="b" * 16, keep_until=now + timedelta(minutes=1))
    pacing.exchange_add(peer, way="pull", code="", taken=1, size=1)
    Exchange.objects.update(at=now - timedelta(days=31))
    do_what_is_due()
    assert list(Nonce.objects.values_list("nonce", flat=True)) == ["b" * 16]
    assert not Exchange.objects.exists()


@pytest.mark.parametrize(("failures", "least", "most"), [(0, 54, 60), (1, 60, 120), (4, 480, 960), (40, 1800, 3600)])
def test_pauses_double_up_to_an_hour(settings: Any, failures: int, least: float, most: float) -> None:
    settings.FEDERATION_PULL_SECONDS = 60
    assert pacing.seconds_until_again(failures, chance=0) == most
    assert least <= pacing.seconds_until_again(failures, chance=0.999) < most
