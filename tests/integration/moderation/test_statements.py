"""The statement of reasons: nothing of art. 17(3) is missing, in none of the nine languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core.languages import LANGUAGES
from citytandem.moderation.grounds import GROUNDS
from citytandem.moderation.models import Case
from citytandem.moderation.services.appeals import appeal_decide, appeal_make
from citytandem.moderation.services.decisions import Reasoning, case_decide
from citytandem.moderation.services.mergers import case_merge
from citytandem.moderation.services.reports import Complaint, report_make
from tests.integration.moderation.board import PERSONAL, PLAIN, Board

pytestmark = pytest.mark.django_db
LAW = Reasoning("law.insult", "The second sentence.", "It puts a neighbour down.")
RULE = Reasoning("house.privacy", "The text holds an e-mail address.", "It belongs to somebody else.")
PART = re.compile(r'<div id="art-17-3-([a-f])"><dt>(.*?)</dt><dd>(.*?)</dd></div>', re.DOTALL)


def parts(page: str) -> dict[str, list[str]]:
    """The parts of the statement by their letter, as sentences without markup."""
    found = {}
    for letter, term, body in PART.findall(page):
        texts = [
            re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", body, re.DOTALL)
        ]
        assert term.strip()
        found[letter] = texts
    return found


def of_removal(board: Board, author: Actor, by: Actor, reasoning: Reasoning = RULE) -> Case:
    note = board.write(PERSONAL, by=author)
    case = Case.objects.get(object_id=note.id)
    case_decide(case_id=case.id, verdict="remove", reasoning=reasoning, by=by)
    return case


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_part_is_missing_or_empty(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client], language: str
) -> None:
    waiting = Case.objects.get(object_id=board.write(PERSONAL, by=resident).id)
    cases = [waiting, of_removal(board, resident, moderator), of_removal(board, resident, moderator, LAW)]
    kept = Case.objects.get(object_id=board.write(PERSONAL, by=resident).id)
    case_decide(case_id=kept.id, verdict="keep", by=moderator)
    merged = Case.objects.get(object_id=board.write(PERSONAL, by=resident).id)
    case_merge(case_id=merged.id, into=board.write(PLAIN, by=resident).id, by=moderator)
    client = browser_of(resident)
    for case, letters in zip([*cases, kept, merged], ("abcef", "abcef", "abcdf", "abcef", "abcef"), strict=True):
        told = parts(client.get(f"/moderation/{case.id}/statement?lang={language}").content.decode())
        assert "".join(told) == letters
        assert all(len(texts) >= (2 if letter in "abdef" else 1) for letter, texts in told.items())
        assert all(text for texts in told.values() for text in texts)


def test_it_tells_facts_automation_ground_and_redress(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    case = of_removal(board, resident, moderator, LAW)
    told = parts(browser_of(resident).get(f"/moderation/{case.id}/statement?lang=en").content.decode())
    assert told["a"][0].startswith("Your text was taken down")
    assert told["b"] == ["The second sentence.", "Nobody reported it: we look at every text that is sent."]
    assert told["c"] == ["A program on our own machine marked places in your text. A person took the decision."]
    assert str(GROUNDS["law.insult"].label) in told["d"][0]
    assert told["d"][-1] == "It puts a neighbour down."
    assert [word for word in ("Appeal to us", "out-of-court", "court") if word not in " ".join(told["f"])] == []


def test_a_notice_is_named_and_its_sender_is_not(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note = board.write(PLAIN, by=resident)
    complaint = Complaint(
        "house.respect", "It calls my neighbour names.", True, "Nadine Notifier", "nadine@example.org"
    )
    report_make(kind="note", object_id=note.id, complaint=complaint, language="en", by=ANYBODY)
    case = Case.objects.get()
    case_decide(case_id=case.id, verdict="remove", reasoning=LAW, by=moderator)
    page = browser_of(resident).get(f"/moderation/{case.id}/statement?lang=en").content.decode()
    assert "Article 16" in parts(page)["b"][1]
    assert parts(page)["c"] == ["No program marked your text. A person took the decision."]
    assert "Nadine" not in page
    assert "nadine@" not in page


def test_after_an_appeal_it_tells_what_became_of_it(
    board: Board, resident: Actor, moderator: Actor, second: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    case = of_removal(board, resident, moderator)
    client, path = browser_of(resident), f"/moderation/{case.id}/statement?lang=en"
    appeal = f"/moderation/{case.id}/appeal"
    assert f'href="{appeal}"' in client.get(path).content.decode()
    appeal_make(case_id=case.id, text="The address is that of an office.", language="en", by=resident)
    assert f'href="{appeal}"' not in client.get(path).content.decode()
    appeal_decide(case_id=case.id, outcome="upheld", explanation="It is private.", by=second)
    page = client.get(path).content.decode()
    assert f'href="{appeal}"' not in page
    assert "A second person decided that the decision stands." in " ".join(parts(page)["f"])


def test_only_the_author_and_moderators_read_it(
    board: Board,
    resident: Actor,
    reader: Actor,
    moderator: Actor,
    innovation_unit: Actor,
    browser_of: Callable[[Actor], Client],
) -> None:
    path = f"/moderation/{of_removal(board, resident, moderator).id}/statement"
    assert browser_of(resident).get(path).status_code == 200
    assert browser_of(moderator).get(path).status_code == 200
    for by in (reader, innovation_unit):
        assert browser_of(by).get(path).status_code == 404
    assert Client().get(path)["Location"].startswith("/sign-in?next=")
