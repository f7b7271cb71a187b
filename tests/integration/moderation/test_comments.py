"""Comments, as a kind that another module has registered: held, explained, reported, taken down, given back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.conversation.contract import comment_write
from citytandem.core.subjects import subject
from citytandem.moderation.models import Case
from citytandem.moderation.services.appeals import appeal_decide, appeal_make
from citytandem.moderation.services.decisions import Reasoning, case_decide
from citytandem.moderation.services.reports import Complaint, report_make
from citytandem.streams.services.records import Wording, record_submit
from tests.conftest import QuickEmbedder
from tests.integration.moderation.board import PERSONAL, PLAIN

pytestmark = pytest.mark.django_db
RUDE = Complaint("house.respect", "The second sentence calls my neighbour names.", good_faith=True)
REASONS = Reasoning("house.respect", "The second sentence.", "It puts somebody down.")


@pytest.fixture
def path(quick_embedder: QuickEmbedder, innovation_unit: Actor) -> tuple[str, object]:
    """A problem to talk about, and where it stands."""
    words = Wording("Bins overflow at the market", "Bins overflow at the market every Saturday.", "en")
    problem = record_submit(kind="problem", wording=words, by=innovation_unit)
    return f"/problems/{problem.code}?lang=en", problem.id


def test_a_held_comment_is_explained_to_its_author_and_invisible_to_others(
    path: tuple[str, object], resident: Actor, reader: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    page, problem = path
    comment = comment_write(kind="problem", object_id=problem, text=PERSONAL, language="en", by=resident)
    assert comment.moderation == "held"
    own = browser_of(resident).get(page).content.decode()
    assert "miller@example.org" in own
    assert f"/moderation/{Case.objects.get().id}/statement" in own
    for client in (Client(), browser_of(reader)):
        assert "miller@example.org" not in client.get(page).content.decode()
    case_decide(case_id=Case.objects.get().id, verdict="keep", by=moderator)
    assert "miller@example.org" in Client().get(page).content.decode()


def test_a_comment_goes_through_report_removal_appeal_and_comes_back(
    path: tuple[str, object], resident: Actor, reader: Actor, moderator: Actor, second: Actor
) -> None:
    page, problem = path
    comment = comment_write(kind="problem", object_id=problem, text=PLAIN, language="en", by=resident)
    assert PLAIN in Client().get(page).content.decode()
    assert f"/report?about=comment:{comment.id}" in Client().get(page).content.decode()
    report = report_make(kind="comment", object_id=comment.id, complaint=RUDE, language="en", by=reader)
    case_decide(case_id=report.case_id, verdict="remove", reasoning=REASONS, by=moderator)
    assert PLAIN not in Client().get(page).content.decode()
    appeal_make(case_id=report.case_id, text="I named nobody at all in it.", language="en", by=resident)
    appeal_decide(case_id=report.case_id, outcome="overturned", explanation="Indeed nobody is named.", by=second)
    found = subject("comment", comment.id, reader="en")
    assert found is not None
    assert found.moderation == ""
    assert PLAIN in Client().get(page).content.decode()
