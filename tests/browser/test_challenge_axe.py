"""Every page on the way from a challenge to a contract, for who uses it: no accessibility violation, no sideways scroll."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Juror, Pilot, Tender
from citytandem.challenges.services.questions import question_ask
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.core import clock
from citytandem.core.ids import stable_id
from citytandem.demo.load import demo_load
from citytandem.progress import quiet
from citytandem.streams.models import Solution
from tests.browser.chain import Served, go
from tests.browser.test_challenge_chain import served
from tests.browser.test_sign_in import violations
from tests.integration.challenges.juries import CRITERIA, a_jury, all_scored
from tests.integration.challenges.making import a_challenge, a_proposal, council, resident, second, unit
from tests.integration.challenges.pilot_world import a_pilot
from tests.integration.challenges.tendering import a_finished_pilot, a_package

__all__ = ["served"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)

# German has the longest words.
VIEWS = [(1280, "en"), (320, "de")]
Asked = tuple[Actor | None, str]


def named(name: str) -> Challenge:
    """One of the demo's challenges."""
    return Challenge.objects.get(id=stable_id("challenge", name))


def at(challenge: Challenge, *parts: str) -> list[str]:
    """Addresses of a challenge's parts; "" is its own page."""
    return [f"/challenges/{challenge.slug or challenge.code}{'/' if part else ''}{part}" for part in parts]


def everything() -> list[Asked]:
    """Who opens what: all pages, in all states that look otherwise."""
    return [*for_visitors(), *while_it_is_open(), *while_it_is_assessed(), *with_a_pilot(), *for_the_contract()]


def for_visitors() -> Iterator[Asked]:
    """What everybody reads of the demo's challenges."""
    complete, running = named("fill-levels-of-bins"), named("warm-buildings-less-energy")
    parts = ("", "proposals", "questions", "decision", "pilots", "ranking")
    proposal = complete.proposals.filter(step="implement").get()
    pilots = [f"/pilots/{pilot.code}" for pilot in Pilot.objects.order_by("created_at")]
    paths = ["/challenges", "/challenges?phase=open", *at(complete, *parts), *at(running, "")]
    paths += [f"/proposals/{proposal.code}", *pilots, "/about/challenges", "/procurement"]
    paths.append("/procurement?value=40000&currency=EUR&contract=services&buyer=sub_central&country=DE")
    paths.append(f"/solutions/{Solution.objects.get(id=proposal.pilots.get().solution).code}/reuse")
    yield from ((None, path) for path in paths)
    yield council(), "/council"
    yield unit(), "/desk/challenges"


def while_it_is_open() -> Iterator[Asked]:
    """From the first draft to the last proposal."""
    draft, sent, call = a_challenge("draft"), a_challenge("in_review"), named("participation-that-reaches-everybody")
    for path in ("/challenges/new", "/challenges/new?go=1&kind=sensor-pilot", *at(draft, "", "edit", "criteria")):
        yield unit(), path
    yield from ((second(), path) for path in at(sent, "", "review"))
    bidder = resident("bidder")
    own = a_proposal(call, by=bidder)
    asked = question_ask(call.id, text="Can two of us hand in one together?", by=bidder)
    for path in at(call, "", "proposals", "proposals/new", "questions"):
        yield bidder, path
    yield from ((bidder, f"/proposals/{own.code}{part}") for part in ("", "/edit", "/versions", "/withdraw"))
    parts = ("", "proposals", "proposals/import", "funnel", "dates", "withdraw", f"questions/{asked.id}")
    yield from ((unit(), path) for path in at(call, *parts))
    yield from ((unit(), f"/proposals/{own.code}{part}") for part in ("", "/step", "/merge"))


def while_it_is_assessed() -> Iterator[Asked]:
    """What the jury sees, and the unit meanwhile and afterwards."""
    # One of the scales is too long to be a row of marks.
    jury = a_jury(people=3, proposals=4, criteria=[*CRITERIA, {"key": "share", "weight": "1", "high": 100}])
    jury.gives(0, 0, impact=4, share=62.5)
    sheets = [f"assessment/{one.code}" for one in jury.proposals[:2]]
    yield from ((jury.people[0], path) for path in at(jury.challenge, "assessment", *sheets, "assessment/done"))
    Juror.objects.filter(challenge=jury.challenge, number=2).update(done_at=clock.now())
    yield from ((jury.people[1], path) for path in at(jury.challenge, sheets[0]))
    parts = ("", "funnel", "assessment", "assessment/jury", "assessment/close")
    yield from ((unit(), path) for path in at(jury.challenge, *parts))
    ranked = a_jury(people=3, proposals=5)
    all_scored(ranked)
    assessment_close(ranked.challenge.id, reason="Time is over.", by=unit())
    result_compute(ranked.challenge.id)
    criteria = "&".join(f"w_{key}=1" for key in ("impact", "cost", "risk"))
    parts = ("ranking", f"ranking?{criteria}", "decision", "assessment/decide", "pilots")
    yield from ((unit(), path) for path in at(ranked.challenge, *parts))


def with_a_pilot() -> Iterator[Asked]:
    """A pilot that is planned, one that runs, one that waits for its decision."""
    shortlisted = a_proposal(a_challenge("decision"), "shortlisted")
    (new,) = at(shortlisted.challenge, f"pilots/new?proposal={shortlisted.code}")
    yield unit(), new
    planned = f"/pilots/{a_pilot().code}"
    yield from ((unit(), f"{planned}{part}") for part in ("", "/edit", "/indicators", "/measurements", "/break-off"))
    yield from ((second(), f"{planned}/gates/{kind}") for kind in ("data_protection", "ethics"))
    yield unit(), f"{planned}/gates/ethics"
    running = Pilot.objects.get(state="running")
    yield from ((unit(), f"/pilots/{running.code}{part}") for part in ("", "/measurements"))
    over = a_finished_pilot(a_challenge("decision"))
    yield from ((unit(), f"/pilots/{over.code}{part}") for part in ("", "/decide"))


def for_the_contract() -> Iterator[Asked]:
    """A package that is begun, each of its parts, and one that was handed over."""
    challenge = a_challenge("decided", budget_high=40_000)
    package = a_package(challenge, pilot=a_finished_pilot(challenge))
    yield from ((unit(), path) for path in at(challenge, "tenders"))
    parts = ("subject", "buyers", "requirements", "criteria", "prices", "lots", "dates")
    for path in (f"/tenders/{package.code}", *(f"/tenders/{package.code}/edit/{part}" for part in parts)):
        yield unit(), path
    begun = Tender.objects.filter(challenge=named("fill-levels-of-bins")).first()
    if begun is not None:
        yield unit(), f"/tenders/{begun.code}"


def faults(page: Page, path: str) -> list[str]:
    """What is wrong with a page, all of it unfolded; and buttons that a finger misses."""
    go(page, path)
    page.evaluate("document.querySelectorAll('main details').forEach(fold => fold.open = true)")
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main summary, main .ct-button')]"
        ".filter(e => e.checkVisibility() && !e.ariaHidden && !e.classList.contains('kern-sr-only')"
        " && !e.matches('.ct-more--small > summary') && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML.slice(0, 160))"
    )
    return [*violations(page), *(f"{path}: small: {one}" for one in small)]


def test_every_page_of_challenges_is_accessible(served: Served) -> None:
    demo_load(say=quiet(), vectors=False)
    asked = everything()
    served.wait(minutes=1)
    found = [fault for width, language in VIEWS for fault in looked_at(served, asked, width, language)]
    assert found == []


def looked_at(served: Served, asked: Sequence[Asked], width: int, language: str) -> Iterator[str]:
    """All pages in one language on one width, each reader in a browser of their own."""
    pages: dict[Actor | None, Page] = {}
    for actor, path in asked:
        if actor not in pages:
            pages[actor] = served.page(actor, language=language, width=width)
        yield from (f"{width} {language} {fault}" for fault in faults(pages[actor], path))
