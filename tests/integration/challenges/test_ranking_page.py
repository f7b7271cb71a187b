"""The page of the ranking says what the result says, in words and tables, also with weights that do not count."""

from __future__ import annotations

import hashlib
import re

import pytest

from citytandem.challenges.models import Challenge, DecisionEntry, Proposal
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.core.versions import translations
from tests.integration.challenges.juries import Jury, a_jury, all_scored
from tests.integration.challenges.making import a_challenge, unit
from tests.integration.challenges.test_decision_record import browser

pytestmark = pytest.mark.django_db


def closed(jury: Jury, *, decided: bool = True) -> str:
    """Address of the ranking once it is worked out."""
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    result_compute(jury.challenge.id)
    if decided:
        Challenge.objects.filter(id=jury.challenge.id).update(phase="decided", decided_at=jury.challenge.created_at)
    return f"/challenges/{jury.challenge.slug}/ranking"


def named(jury: Jury, *names: str) -> Jury:
    """Proposals with these titles."""
    for proposal, name in zip(jury.proposals, names, strict=True):
        Proposal.objects.filter(id=proposal.id).update(title=translations(en=name))
    return jury


def two_criteria(*rows: tuple[float, float]) -> Jury:
    """One assessor, and proposals with these scores for cost and impact."""
    criteria = [{"key": "impact", "weight": "0.7"}, {"key": "cost", "weight": "0.3"}]
    jury = a_jury(people=1, proposals=len(rows), criteria=criteria)
    for place, (cost, impact) in enumerate(rows):
        jury.gives(0, place, cost=cost, impact=impact)
    return jury


def page_of(address: str, *, as_unit: bool = False) -> str:
    """The text of a page, on one line."""
    answer = browser(unit()).get(address) if as_unit else browser().get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def sentence(text: str) -> str:
    """The first sentence of the page, which stands alone."""
    found = re.search(r'<p class="cs-sentence">(.*?)</p>', text)
    assert found is not None
    return found[1].replace("\u00a0", " ")


def test_the_sentence_tells_who_leads_how_surely_and_what_would_change_it() -> None:
    text = sentence(page_of(closed(named(two_criteria((4, 2), (2, 5)), "Sensors", "Presses"))))
    lead = "“Presses” leads in 60 % of all weightings; “Sensors” overtakes it if "
    # With two criteria, more of the one is less of the other.
    more, less = "“Cost” counts more than 60 % instead of 30 %.", "“Impact” counts less than 40 % instead of 70 %."
    assert text in {f"{lead}{more}", f"{lead}{less}"}


def test_who_leads_more_often_than_the_first_is_said() -> None:
    text = sentence(page_of(closed(named(two_criteria((5, 2), (1, 4)), "Sensors", "Presses"))))
    assert text.startswith(
        "“Presses” leads with the chosen weights, but “Sensors” leads in more weightings: in 67 % of all weightings,"
        " against 33 %; “Sensors” overtakes it if "
    )


def test_a_tie_one_alone_and_nothing_have_their_own_sentences() -> None:
    tie = sentence(page_of(closed(named(two_criteria((3, 3), (3, 3)), "Sensors", "Presses"))))
    assert tie == "“Sensors” and “Presses” share the first place."
    alone = sentence(page_of(closed(named(two_criteria((3, 3)), "Sensors"))))
    assert alone == "“Sensors” is the only proposal with scores: there is nothing to compare it with."
    nothing = sentence(page_of(closed(a_jury(people=1, proposals=1))))
    assert nothing == "Nobody has scored a proposal, so there is no ranking."


def test_missing_scores_are_told_never_taken_as_nought() -> None:
    jury = a_jury(people=1, proposals=2)
    jury.gives(0, 0, impact=5)
    jury.gives(0, 1, impact=4, cost=4, risk=4)
    text = page_of(closed(jury))
    assert "1 proposal was not scored on every criterion" in text
    assert "Only one person has scored" in text


def test_three_methods_stand_side_by_side_with_the_numbers_behind_each_picture() -> None:
    jury = a_jury(people=3, proposals=4)
    all_scored(jury)
    text = page_of(closed(jury))
    for words in ("Weighted sum", "TOPSIS", "PROMETHEE II", "100,000 weightings were tried"):
        assert words in text
    assert text.count("The numbers") == 3
    result = Challenge.objects.get(id=jury.challenge.id).result
    assert result is not None
    for one in result["proposals"]:
        assert f"{100 * one['scores']['wsm']:.1f}" in text


def test_weightings_and_criteria_are_chosen_by_links() -> None:
    jury = a_jury(people=2, proposals=3)
    all_scored(jury)
    address = closed(jury)
    for space in ("uniform", "intervals", "order", "nonsense"):
        assert "How sure is it?" in page_of(f"{address}?space={space}")
    for key in ("impact", "cost", "risk"):
        assert f"Points for each weight of “{key.capitalize()}”" in page_of(f"{address}?criterion={key}")
    assert "Ranking" in page_of(f"{address}?criterion=%22%3E%3Cscript%3E&from=99999&space=%00")


def test_other_weights_are_tried_by_the_unit_marked_as_such_and_kept_nowhere() -> None:
    address = closed(named(two_criteria((4, 2), (2, 5)), "Sensors", "Presses"), decided=False)
    before = Challenge.objects.values().get()
    text = page_of(f"{address}?w_cost=80&w_impact=20", as_unit=True)
    assert "What if: these are not the weights that count." in text
    assert sentence(text).startswith("“Sensors” leads")
    assert "was 2." in text
    assert Challenge.objects.values().get() == before
    assert "What if: these" not in page_of(address, as_unit=True)
    wrong = browser(unit()).get(f"{address}?w_cost=x&w_impact=20")
    assert wrong.status_code == 422
    assert 'value="x"' in wrong.content.decode()
    assert browser(unit()).get(f"{address}?w_cost=0&w_impact=0").status_code == 422
    assert browser(unit()).get(f"{address}?w_cost=-1&w_impact=nan").status_code == 422


def test_others_get_no_other_weights() -> None:
    text = page_of(f"{closed(two_criteria((4, 2), (2, 5)))}?w_cost=80&w_impact=20")
    assert "What if: these" not in text
    assert "Try other weights" not in text


def test_the_file_has_the_hash_that_the_log_tells() -> None:
    jury = a_jury(people=2, proposals=3)
    all_scored(jury)
    address = closed(jury)
    content = browser().get(f"{address}.json").content
    entry = DecisionEntry.objects.get(body__contains='"what":"assessment.ranked"')
    assert hashlib.sha256(content).hexdigest() in entry.body


def test_what_moderation_took_down_is_not_named_to_everybody() -> None:
    jury = named(two_criteria((4, 2), (2, 5)), "Sensors", "Presses")
    address = closed(jury)
    Proposal.objects.filter(id=jury.proposals[0].id).update(moderation="removed")
    text = page_of(address)
    assert "Sensors" not in text
    assert f"Proposal {jury.proposals[0].code}" in text


def test_a_long_ranking_comes_page_by_page() -> None:
    jury = a_jury(people=1, proposals=60)
    all_scored(jury)
    address = closed(jury)
    first, last = page_of(address), page_of(f"{address}?from=50")
    assert "60 proposals in all" in first
    assert first.count('<th scope="row"><span class="cs-ranks__name">') == 50
    assert last.count('<th scope="row"><span class="cs-ranks__name">') == 10


def test_a_challenge_without_an_assessment_has_no_ranking() -> None:
    challenge = a_challenge("open")
    assert browser(unit()).get(f"/challenges/{challenge.slug}/ranking").status_code == 404
