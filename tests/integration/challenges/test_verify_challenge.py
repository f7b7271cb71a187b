"""`verify challenge` in processes of their own: one byte changed in the database, and the entry is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

import citytandem
from citytandem.challenges.models import Challenge, DecisionEntry, Proposal
from citytandem.challenges.services.challenges import assessment_start
from citytandem.challenges.services.deciding import challenge_decide
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.challenges.verification import verify
from citytandem.core import clock
from tests.integration.challenges.juries import a_jury, all_scored
from tests.integration.challenges.making import a_challenge, unit

SOURCE = Path(citytandem.__file__).parents[1]


def a_decided_record() -> Challenge:
    """A challenge with a log of many entries, and a ranking."""
    jury = a_jury()
    all_scored(jury)
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    result_compute(jury.challenge.id)
    return Challenge.objects.get(id=jury.challenge.id)


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on the database of the tests, as another process sees it."""
    settings = connection.get_connection_params()
    names = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "dbname"}
    parts = {name: str(settings[key]) for name, key in names.items() if settings.get(key)}
    from urllib.parse import quote, urlencode

    login = quote(parts.get("user", ""), safe="") + (
        f":{quote(parts['password'], safe='')}" if "password" in parts else ""
    )
    query = urlencode({"host": parts.get("host", ""), **({"port": parts["port"]} if "port" in parts else {})})
    url = f"postgres://{login}@/{parts['dbname']}?{query}"
    left_out = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CITYTANDEM_DATA"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    where = {"DATABASE_URL": url, "CITYTANDEM_DATA": str(tmp_path), "PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        [sys.executable, "-m", "citytandem", "verify", "challenge", *arguments],
        env={**kept, **where, "DJANGO_SETTINGS_MODULE": "citytandem.settings.test"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_a_process_says_that_the_log_is_whole_and_names_the_entry_of_which_a_byte_was_changed(tmp_path: Path) -> None:
    challenge = a_decided_record()
    assert challenge.slug is not None
    done = run(tmp_path, challenge.slug)
    assert (done.returncode, done.stdout.strip()) == (
        0,
        f"{challenge.log_count} entries, head {challenge.log_head}",
    ), done.stderr
    entry = DecisionEntry.objects.get(body__contains='"what":"assessment.closed"')
    changed = entry.body.replace("Time is over.", "Time is oper.")
    DecisionEntry.objects.filter(id=entry.id).update(body=changed)
    done = run(tmp_path, challenge.code)
    assert done.returncode == 1
    assert f"entry {entry.number} (assessment.closed)" in done.stderr
    done = run(tmp_path, str(challenge.id), "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["whole"] is False
    assert told["broken"] == {"number": entry.number, "what": "assessment.closed", "why": "body"}
    done = run(tmp_path, "no-such-challenge")
    assert done.returncode == 2
    assert "no-such-challenge" in done.stderr


@pytest.mark.django_db
def test_each_byte_of_each_entry_counts() -> None:
    challenge = a_decided_record()
    assert verify(challenge.code).fault is None
    for entry in DecisionEntry.objects.filter(challenge=challenge):
        middle = len(entry.body) // 2
        other = chr(ord(entry.body[middle]) ^ 1)
        DecisionEntry.objects.filter(id=entry.id).update(body=entry.body[:middle] + other + entry.body[middle + 1 :])
        fault = verify(challenge.code).fault
        assert fault is not None
        assert (fault.number, fault.why) == (entry.number, "body")
        DecisionEntry.objects.filter(id=entry.id).update(body=entry.body)
    assert verify(challenge.code).fault is None


@pytest.mark.django_db
def test_a_last_entry_that_is_gone_is_missed() -> None:
    challenge = a_decided_record()
    DecisionEntry.objects.filter(challenge=challenge, number=challenge.log_count).delete()
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.number, fault.why) == (challenge.log_count, "missing")


@pytest.mark.django_db
def test_entries_that_changed_places_are_found() -> None:
    challenge = a_decided_record()
    first, second = DecisionEntry.objects.filter(challenge=challenge).order_by("number")[2:4]
    for entry, other in ((first, second), (second, first)):
        DecisionEntry.objects.filter(id=entry.id).update(body=other.body, digest=other.digest)
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.number, fault.why) == (3, "number")


@pytest.mark.django_db
def test_a_head_that_was_noted_anew_is_found() -> None:
    challenge = a_decided_record()
    Challenge.objects.filter(id=challenge.id).update(log_head="0" * 64)
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.number, fault.why) == (challenge.log_count, "previous")


@pytest.mark.django_db
def test_a_whole_log_that_was_written_anew_without_its_note_is_found() -> None:
    challenge = a_decided_record()
    Challenge.objects.filter(id=challenge.id).update(log_count=challenge.log_count - 1)
    fault = verify(challenge.code).fault
    assert fault is not None
    assert fault.why == "added"


@pytest.mark.django_db
def test_a_ranking_that_was_changed_is_not_the_one_that_the_log_tells_of() -> None:
    challenge = a_decided_record()
    result = challenge.result
    assert result is not None
    result["proposals"][0]["scores"]["wsm"] += 0.000001
    Challenge.objects.filter(id=challenge.id).update(result=result)
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.what, fault.why) == ("assessment.ranked", "ranking")


@pytest.mark.django_db
def test_a_published_challenge_without_its_first_entry_is_found() -> None:
    challenge = a_decided_record()
    DecisionEntry.objects.filter(challenge=challenge).delete()
    Challenge.objects.filter(id=challenge.id).update(log_head="", log_count=0)
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.number, fault.what, fault.why) == (1, "challenge.published", "missing")


@pytest.mark.django_db
def test_reasons_that_were_written_anew_are_not_the_ones_that_the_log_tells_of() -> None:
    jury = a_jury(proposals=0)
    assessment_close(jury.challenge.id, reason="None came.", by=unit())
    result_compute(jury.challenge.id)
    challenge_decide(jury.challenge.id, because="Nobody proposed anything.", language="en", by=unit())
    rows = Challenge.objects.filter(id=jury.challenge.id)
    assert verify(jury.challenge.code).fault is None
    told = rows.get().decided_because
    rows.update(decided_because={**told, "de": {"text": "Niemand hat etwas vorgeschlagen.", "by": "machine"}})
    assert verify(jury.challenge.code).fault is None
    for change in (
        {"decided_because": {"en": {"text": "It was too dear.", "by": "human"}}, "jury_says": {}},
        {"decided_because": told, "jury_says": {"en": {"text": "Very good.", "by": "human"}}},
    ):
        rows.update(**change)
        fault = verify(jury.challenge.code).fault
        assert fault is not None
        assert (fault.number, fault.what, fault.why) == (rows.get().log_count, "challenge.decided", "decision")


@pytest.mark.django_db
def test_a_step_that_nobody_took_is_found() -> None:
    challenge = a_decided_record()
    entry = DecisionEntry.objects.filter(challenge=challenge, body__contains='"what":"proposal.step"').order_by(
        "number"
    )[1]
    code = json.loads(entry.body)["facts"]["proposal"]
    Proposal.objects.filter(code=code).update(step="implement")
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.number, fault.what, fault.why) == (entry.number, "proposal.step", "step")


@pytest.mark.django_db
def test_weights_that_the_assessment_did_not_start_with_are_found() -> None:
    challenge = a_challenge(closes_at=clock.now() - timedelta(days=1))
    assessment_start(challenge.id, by=unit())
    assert verify(challenge.code).fault is None
    first = challenge.criteria.all()[0]
    rows, frozen_at = Challenge.objects.filter(id=challenge.id), Challenge.objects.get(id=challenge.id).frozen_at
    # Past the trigger that keeps them: whoever has the database can do that.
    rows.update(phase="open", frozen_at=None)
    challenge.criteria.filter(id=first.id).update(weight="0.9")
    rows.update(phase="assessment", frozen_at=frozen_at)
    fault = verify(challenge.code).fault
    assert fault is not None
    assert (fault.number, fault.what, fault.why) == (2, "assessment.started", "criteria")
