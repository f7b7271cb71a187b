"""Challenges in every phase, proposals, pilots and a tender package: what the addresses of the module can name.

Nobody of the scene is in a jury: who is in one is no question of a role.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from citytandem.accounts.models import Department, Organisation, Person
from citytandem.accounts.selectors import actor_by_id
from citytandem.challenges.models import Challenge, Gate, Indicator, Measurement, PilotCost, ProposalImport, Question
from citytandem.challenges.services.partner_answers import answer_send
from citytandem.challenges.services.proposals import Offer
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.core import clock
from tests.integration.challenges.juries import a_jury, all_scored
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal, resident, second, unit
from tests.integration.challenges.partner_world import a_partner_challenge
from tests.integration.challenges.test_dashboards import a_pilot, a_tender

DAY = timedelta(days=1)


def challenge_values(author: Person, organisation: Organisation, department: Department) -> dict[str, dict[str, str]]:
    """What stands for each parameter, by the first part of an address, and by whole addresses that need another phase."""
    phases = {
        phase: _challenge(phase, department) for phase in ("draft", "in_review", "open", "assessment", "decision")
    }
    closed = _challenge("open", department, closes_at=clock.now() - DAY)
    mine = {"by": actor_by_id(author.id), "organisation": organisation}
    proposals = {
        phase: a_proposal(challenge, **mine) for phase, challenge in phases.items() if phase in ("open", "decision")
    }
    a_juror(phases["assessment"], by=resident("juror"))
    keys: dict[str, dict[str, str]] = {
        "challenges": _of(
            phases["decision"],
            code=proposals["decision"].code,
            shortlisted=a_proposal(phases["decision"], step="shortlisted").code,
        )
    }
    for phase, parts in _OTHER_PHASES.items():
        for part in parts:
            keys[f"/challenges/<key>{part}"] = _of(phases[phase])
    keys["/challenges/<key>/start"] = _of(closed)
    keys["/challenges/<key>/assessment/<code>"] = _of(phases["assessment"], code=a_proposal(phases["assessment"]).code)
    keys["/challenges/<key>/questions/<question_id>"] = _question(phases["open"])
    importing = ProposalImport.objects.create(
        challenge=phases["open"], table=b"", created_at=clock.now(), changed_at=clock.now()
    )
    keys["/challenges/<key>/proposals/import/<import_id>"] = _of(phases["open"], import_id=str(importing.id))
    keys["/challenges/<key>/proposals/import/<import_id>/left-out.csv"] = _of(
        phases["open"], import_id=str(importing.id)
    )
    ranked = _of(_ranked())
    keys |= {"/challenges/<key>/ranking": ranked, "/challenges/<key>/ranking.json": ranked}
    keys |= _partners()
    keys["proposals"] = {"code": proposals["open"].code, "key": proposals["open"].code}
    tender = a_tender(phases["decision"])
    keys["tenders"] = {"key": tender.code, "kind": "package.json", "part": "subject"}
    return {**keys, **_pilots(phases["decision"], a_proposal(phases["decision"], step="pilot", **mine))}


_OTHER_PHASES = {
    "draft": ("/edit", "/criteria", "/send"),
    "in_review": ("/review",),
    "open": (
        "/dates", "/withdraw", "/questions", "/proposals/new", "/proposals/import", "/funnel/step",
    ),
    "assessment": (
        "/assessment", "/assessment/jury", "/assessment/jury/<number>/remove", "/assessment/jury/<number>/reopen",
        "/assessment/done", "/assessment/close",
    ),
}  # fmt: skip


def _partners() -> dict[str, dict[str, str]]:
    """A challenge of a partner city, with a proposal of ours."""
    asked = a_partner_challenge()
    answer = answer_send(asked.id, Offer(title="Trees", text="They shade.", language="en"), by=unit())
    parts = ("", "/answers/new", "/answers/<answer>/edit", "/answers/<answer>/withdraw")
    return {f"/challenges/partners/<code>{part}": {"code": asked.code, "answer": answer.code} for part in parts}


def _challenge(phase: str, department: Department, **fields: Any) -> Challenge:
    return a_challenge(phase, department=department, openness="at_once", **fields)


def _of(challenge: Challenge, **more: str) -> dict[str, str]:
    return {"key": challenge.code, "number": "1", **more}


def _ranked() -> Challenge:
    """An assessment that is closed, and what it came to."""
    jury = a_jury()
    all_scored(jury)
    assessment_close(jury.challenge.id, by=unit(), reason="All have said what they think.")
    result_compute(jury.challenge.id)
    return jury.challenge


def _question(challenge: Challenge) -> dict[str, str]:
    asked = Question.objects.create(
        challenge=challenge, language="en", text="Until when?", asked_at=clock.now(), asked_by_id=second().id
    )
    return _of(challenge, question_id=str(asked.id))


def _pilots(challenge: Challenge, proposal: Any) -> dict[str, dict[str, str]]:
    """One that is prepared, one that runs, one that has ended and one that is decided."""
    planned, running = a_pilot(challenge, proposal), a_pilot(challenge, proposal, state="running")
    finished = a_pilot(challenge, proposal, state="finished")
    decided = a_pilot(challenge, proposal, state="decided", decision="scale", decided_at=clock.now())
    for kind in ("ethics", "data_protection"):
        Gate.objects.create(pilot=planned, kind=kind)
    bins = Indicator.objects.create(pilot=running, name="Bins", unit="per week", direction="down")
    value = Measurement.objects.create(indicator=bins, at=clock.now() - DAY, value=3, is_after=True)
    cost = PilotCost.objects.create(pilot=running, kind="work", hours=1, on=clock.now().date())
    found = {"pilots": {"code": running.code, "key": running.code, "kind": "ethics", "number": "1"}}
    for part in ("/edit", "/gates/<kind>", "/indicators", "/start"):
        found[f"/pilots/<code>{part}"] = {"code": planned.code, "kind": "ethics"}
    found["/pilots/<code>/measurements/<number>/remove"] = {"code": running.code, "number": str(value.pk)}
    found["/pilots/<code>/costs/<number>/remove"] = {"code": running.code, "number": str(cost.pk)}
    found["/pilots/<code>/decide"] = {"code": finished.code}
    found["/pilots/<code>/solution"] = {"code": decided.code}
    return found
