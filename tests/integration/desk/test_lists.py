"""Lists read in parts are the same as read at once: complete, in order, each record once, and counted as often."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core import clock
from citytandem.core.versions import translations
from citytandem.streams import counting
from citytandem.streams.counting import cities_with_records, counts, record_count, theme_counts
from citytandem.streams.models import Problem
from citytandem.streams.selectors import Filters, record_page, visible_to
from tests.integration.desk.conftest import HOME, Town

ROLES = (
    "visitor", "resident", "organisation_member", "council_viewer", "programme_coordinator", "moderator", "department_staff",
    "innovation_unit",
)  # fmt: skip


@pytest.fixture
def mixed(town: Town, make_actor: Callable[[str], Actor]) -> dict[str, Actor]:
    """Problems of all kinds, written by everybody; many at the same moment."""
    chance = random.Random(11)  # noqa: S311 - nothing is kept secret with it
    actors = {role: make_actor(role) for role in ROLES if role != "visitor"}
    organisation = next(iter(actors["organisation_member"].organisations))
    now = clock.now()
    Problem.objects.bulk_create(
        Problem(
            code=f"code{number:06}", language=chance.choice(["de", "en"]), title=translations(en=str(number)),
            city=chance.choice([HOME, uuid4()]), created_by_id=chance.choice(list(actors.values())).id, changed_at=now,
            organisation_id=organisation if chance.random() < 0.3 else None,
            visibility=chance.choice(["public", "public", "internal", "partners", "draft"]),
            moderation=chance.choice(["", "", "", "held", "removed"]), created_at=now - timedelta(days=number // 4),
            themes=chance.sample(["waste", "noise", "parking"], 2), status=chance.choice(["open", "solved"]),
        )
        for number in range(150)
    )  # fmt: skip
    return {"visitor": ANYBODY, **actors}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(theme="noise", status="open"), Filters(language="de", city=HOME)]
)
def test_page_by_page_comes_what_one_may_read(mixed: dict[str, Actor], role: str, filters: Filters) -> None:
    actor = mixed[role]
    expected = list(filters.apply(visible_to(actor, Problem)).order_by("-created_at", "-id"))
    seen: list[Any] = []
    after = None
    while True:
        page = record_page(actor, kind="problem", filters=filters, after=after, size=7)
        seen += page.items
        after = page.next_cursor
        if after is None:
            break
    assert [one.id for one in seen] == [one.id for one in expected]
    assert expected
    assert record_count(actor, kind="problem", filters=filters) == len(expected)


def test_what_finds_nothing_counts_nothing(mixed: dict[str, Actor]) -> None:
    for actor in mixed.values():
        assert record_count(actor, kind="problem", filters=Filters(kind="idea")) == 0
        assert record_page(actor, kind="problem", filters=Filters(kind="idea")).items == []


def test_large_numbers_are_cut_off_and_remembered_small_ones_are_not(
    mixed: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    public = Problem.objects.filter(visibility="public", moderation="").count()
    assert record_count(ANYBODY, kind="problem") == public > 20
    Problem.objects.filter(visibility="public", moderation="").first().delete()
    assert record_count(ANYBODY, kind="problem") == public - 1
    monkeypatch.setattr(counting, "MANY", 10)
    assert record_count(ANYBODY, kind="problem") == public - 1
    Problem.objects.filter(visibility="public", moderation="").first().delete()
    assert record_count(ANYBODY, kind="problem") == public - 1  # as remembered
    cache.clear()
    assert record_count(ANYBODY, kind="problem") == public - 2
    rows = Problem.objects.all()
    assert counting.capped(rows, most=9) == 10
    assert counting.capped_each([rows, rows.none(), rows.filter(status="open")], most=9) == [10, 0, 10]


def test_numbers_for_the_start_page_are_those_of_a_plain_count(mixed: dict[str, Actor]) -> None:
    for role in ("visitor", "council_viewer", "innovation_unit"):
        rows = list(visible_to(mixed[role], Problem).exclude(created_by_id=mixed[role].id)) + (
            list(visible_to(mixed[role], Problem).filter(created_by_id=mixed[role].id))
            if role == "innovation_unit"
            else []
        )
        own_public = Problem.objects.filter(created_by_id=mixed[role].id, visibility__in=_open_to(role), moderation="")
        if role == "council_viewer":
            rows += list(own_public)
        told = counts(mixed[role])
        assert told["problems"] == len(rows)
        assert told["problems_solved"] == sum(one.status == "solved" for one in rows)
        assert theme_counts(mixed[role])["noise"]["problem"] == sum("noise" in one.themes for one in rows)
        assert cities_with_records(mixed[role])[HOME]["problem"] == sum(one.city == HOME for one in rows)


def _open_to(role: str) -> list[str]:
    return ["public", "internal", "partners"] if role == "council_viewer" else ["public"]
