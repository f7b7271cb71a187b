"""The decision: only once nobody is left without an outcome, with reasons that everybody can read and check."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

import citytandem
from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Challenge, DecisionEntry, Proposal
from citytandem.challenges.services.deciding import challenge_decide
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.proposals import proposal_moderate
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.challenges.services.steps import proposals_step
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid
from tests.integration.challenges.juries import Jury, a_jury, all_scored
from tests.integration.challenges.making import a_challenge, a_proposal, resident, unit

pytestmark = pytest.mark.django_db

SCRIPT = Path(citytandem.__file__).parents[2] / "docs" / "use" / "check_decisions.py"


def browser(actor: Actor = ANYBODY) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor.id is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def ranked() -> Jury:
    """A jury whose challenge waits for its decision."""
    jury = a_jury(proposals=3)
    all_scored(jury)
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    result_compute(jury.challenge.id)
    return jury


def settled() -> Jury:
    """All proposals have an outcome or a pilot."""
    jury = ranked()
    ids = [one.id for one in jury.proposals]
    proposals_step(ids[:2], step="shortlisted", reason="The best two.", by=unit())
    proposals_step([ids[2]], step="declined", reason="Too dear for what it brings.", by=unit())
    proposals_step([ids[0]], step="pilot", reason="It is tried.", by=unit())
    proposals_step([ids[1]], step="with_partners", reason="With the neighbours.", by=unit())
    return jury


def test_a_challenge_is_decided_with_reasons_and_every_outcome_stands_in_the_log() -> None:
    jury = settled()
    challenge_decide(
        jury.challenge.id, because="It can be tried.", jury_says="Convincing figures.", language="en", by=unit()
    )
    challenge = Challenge.objects.get(id=jury.challenge.id)
    assert challenge.phase == "decided"
    assert challenge.decided_at is not None
    assert challenge.decided_because == {"en": {"text": "It can be tried.", "by": "human"}}
    facts = json.loads(DecisionEntry.objects.order_by("-number")[0].body)["facts"]
    assert facts["because"] == "It can be tried."
    assert facts["outcomes"] == [
        {"proposal": one.code, "step": step}
        for one, step in zip(jury.proposals, ("pilot", "with_partners", "declined"), strict=True)
    ]


def test_nobody_falls_out_silently() -> None:
    jury = ranked()
    with pytest.raises(Conflict) as caught:
        challenge_decide(jury.challenge.id, because="So.", language="en", by=unit())
    assert caught.value.code == "decision.unsettled"
    assert caught.value.details["proposals"] == [one.code for one in jury.proposals]
    page = browser(unit()).post(
        f"/challenges/{jury.challenge.slug}/assessment/decide",
        {"language": "en", "because": "What I typed.", "jury_says": "What they said."},
    )
    text = page.content.decode()
    assert page.status_code == 409
    assert "What I typed." in text
    assert "What they said." in text
    assert all(f"/proposals/{one.code}" in text for one in jury.proposals)


def test_what_was_merged_withdrawn_or_taken_down_holds_nothing_up() -> None:
    jury = ranked()
    Proposal.objects.filter(id=jury.proposals[0].id).update(step="withdrawn")
    Proposal.objects.filter(id=jury.proposals[1].id).update(moderation="merged", merged_into=jury.proposals[0])
    Proposal.objects.filter(id=jury.proposals[2].id).update(step="declined", moderation="removed")
    challenge_decide(jury.challenge.id, because="Nothing is left.", language="en", by=unit())
    assert Challenge.objects.get(id=jury.challenge.id).phase == "decided"


def test_moderation_takes_no_bid_out_of_the_race() -> None:
    jury = a_jury(proposals=2)
    all_scored(jury)
    gone = jury.proposals[0]
    proposal_moderate(gone.id, state="removed", by=unit())
    entry = json.loads(DecisionEntry.objects.latest("number").body)
    assert (entry["what"], entry["facts"]) == ("proposal.moderated", {"proposal": gone.code, "state": "removed"})
    assessment_close(jury.challenge.id, by=unit(), reason="Time is over.")
    result_compute(jury.challenge.id)
    challenge = Challenge.objects.get(id=jury.challenge.id)
    assert gone.code in [one["code"] for one in challenge.result["proposals"]]
    proposals_step([jury.proposals[1].id], step="declined", reason="Too dear.", by=unit())
    with pytest.raises(Conflict) as caught:
        challenge_decide(challenge.id, because="So.", language="en", by=unit())
    assert caught.value.details["proposals"] == [gone.code]
    proposals_step([gone.id], step="declined", reason="It insults people.", by=unit())
    challenge_decide(challenge.id, because="So.", language="en", by=unit())
    text = browser().get(f"/challenges/{challenge.slug}/decision").content.decode()
    assert f"<span>Proposal {gone.code}</span>" in text
    assert "A proposal was taken down." in text


def test_while_proposals_are_sealed_nobody_counts_them() -> None:
    challenge = a_challenge()
    for number in range(3):
        log_append(challenge, "proposal.submitted", {"proposal": f"secret{number}"})
        a_proposal(challenge, step_since=clock.now() - timedelta(days=60))
    path = f"/challenges/{challenge.slug}"
    for part in ("decision", "proposals"):
        text = browser().get(f"{path}/{part}").content.decode()
        assert "secret" not in text
        assert challenge.log_head not in text
        assert "handed in." not in text
    assert "<span>The log can be read once" in browser().get(f"{path}/decision").content.decode()
    assert browser().get(f"{path}/decision/log.json").status_code == 404
    told = json.loads(b"".join(browser().get(f"{path}/export.json").streaming_content))
    assert (told["log"]["entries"], told["log"]["head"]) == (0, "")
    assert "secret0" in browser(unit()).get(f"{path}/decision").content.decode()
    Challenge.objects.update(closes_at=clock.now())
    assert "secret0" in browser().get(f"{path}/decision").content.decode()
    assert browser().get(f"{path}/decision/log.json").status_code == 200


def test_reasons_are_asked_for_and_only_the_unit_decides() -> None:
    jury = settled()
    with pytest.raises(Invalid) as caught:
        challenge_decide(jury.challenge.id, because=" ", language="en", by=unit())
    assert caught.value.field == "because"
    for actor in (jury.people[0], resident("other")):
        with pytest.raises(Forbidden):
            challenge_decide(jury.challenge.id, because="Mine.", language="en", by=actor)


@pytest.mark.parametrize("phase", ["open", "assessment", "decided", "withdrawn"])
def test_a_challenge_is_decided_in_its_time_only(phase: str) -> None:
    challenge = a_challenge(phase)
    with pytest.raises(Conflict):
        challenge_decide(challenge.id, because="So.", language="en", by=unit())


def test_a_challenge_is_not_decided_while_its_ranking_is_worked_out() -> None:
    jury = a_jury(proposals=0)
    assessment_close(jury.challenge.id, reason="None came.", by=unit())
    with pytest.raises(Conflict) as caught:
        challenge_decide(jury.challenge.id, because="So.", language="en", by=unit())
    assert caught.value.code == "decision.no_result"
    result_compute(jury.challenge.id)
    challenge_decide(jury.challenge.id, because="Nobody proposed anything.", language="en", by=unit())


def test_everybody_reads_the_decision_its_reasons_and_outcomes() -> None:
    jury = settled()
    path = f"/challenges/{jury.challenge.slug}/decision"
    before = browser().get(path).content.decode()
    assert "of 100 points" not in before
    challenge_decide(
        jury.challenge.id, because="It can be tried.", jury_says="Convincing figures.", language="en", by=unit()
    )
    text = browser().get(path).content.decode()
    for words in (
        "It can be tried.",
        "Convincing figures.",
        "Too dear for what it brings.",
        "In a pilot",
        "of 100 points",
    ):
        assert words in text
    assert Challenge.objects.get(id=jury.challenge.id).log_head in text
    assert "2 proposals: On the shortlist" in text


def test_a_third_party_checks_the_downloaded_log_with_the_script(tmp_path: Path) -> None:
    jury = settled()
    challenge_decide(jury.challenge.id, because="Größe zählt – „so“.", language="de", by=unit())
    challenge = Challenge.objects.get(id=jury.challenge.id)
    answer = browser().get(f"/challenges/{challenge.slug}/decision/log.json")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"].startswith("attachment")
    log = json.loads(content)
    assert set(log) == {"challenge", "head", "count", "entries"}
    assert (log["challenge"], log["head"], log["count"]) == (challenge.code, challenge.log_head, challenge.log_count)
    file = tmp_path / "decisions.json"
    file.write_bytes(content)
    done = _checked(file)
    assert done.returncode == 0, done.stderr
    assert challenge.log_head in done.stdout
    log["entries"][4]["body"] = log["entries"][4]["body"].replace('"number":5', '"number":6')
    file.write_text(json.dumps(log), encoding="utf-8")
    done = _checked(file)
    assert done.returncode == 1
    assert "entry 5" in done.stderr
    del log["entries"][4:]
    file.write_text(json.dumps(log), encoding="utf-8")
    assert _checked(file).returncode == 1


def test_a_log_without_entries_is_whole_as_well(tmp_path: Path) -> None:
    challenge = a_challenge("open", openness="at_once")
    DecisionEntry.objects.all().delete()
    Challenge.objects.filter(id=challenge.id).update(log_head="", log_count=0)
    answer = browser().get(f"/challenges/{challenge.slug}/decision/log.json")
    file = tmp_path / "decisions.json"
    file.write_bytes(b"".join(answer.streaming_content))
    assert _checked(file).returncode == 0


def test_a_draft_shows_no_log() -> None:
    challenge = a_challenge("draft")
    for client in (browser(), browser(unit())):
        assert client.get(f"/challenges/{challenge.code}/decision").status_code == 404
        assert client.get(f"/challenges/{challenge.code}/decision/log.json").status_code == 404


def test_an_entry_that_somebody_spoilt_does_not_take_the_page_away() -> None:
    jury = settled()
    DecisionEntry.objects.filter(number=3).update(body='{"at": "yesterday", "facts": 7, "what": ["x"]}')
    DecisionEntry.objects.filter(number=4).update(body="no json at all")
    assert browser().get(f"/challenges/{jury.challenge.slug}/decision").status_code == 200


def test_a_long_log_is_read_page_by_page() -> None:
    challenge = a_challenge("open", openness="at_once")
    from citytandem.challenges.services.log import log_append_all

    log_append_all(challenge, [("question.answered", {"question": str(number)}) for number in range(450)])
    path = f"/challenges/{challenge.slug}/decision"
    assert "?before=252" in browser().get(path).content.decode()
    assert "The challenge was published" in browser().get(f"{path}?before=40").content.decode()
    for wrong in ("x", "-1", "9" * 40, "0"):
        assert browser().get(f"{path}?before={wrong}").status_code == 200


def _checked(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, timeout=60, check=False
    )
