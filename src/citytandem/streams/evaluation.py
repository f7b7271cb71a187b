"""How good the match is: recall on pairs of problem and solution, by the real matcher on an index made for it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from citytandem.core import clock
from citytandem.core.ids import stable_id
from citytandem.core.languages import is_language
from citytandem.core.text import clean_text
from citytandem.search import services as index
from citytandem.search.registry import Draft
from citytandem.streams.match import Question, ranked

COLUMNS = ("id", "topic", "lang_problem", "problem", "lang_solution", "solution")
DEPTH = 60
# Tables of the index; while it is thrown away later, temporary twins of the same name stand in front of them.
TABLES = ("search_entry", "search_rawvector", "search_languagemean", "search_termcount", "search_surroundings")


class BadFile(Exception):
    """The file is not a table of pairs; the message says where."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A problem, and the solution that was made for it."""

    id: str
    language: str
    problem: str
    solution_language: str
    solution: str


def read_pairs(path: Path) -> list[Pair]:
    """Pairs of a TSV file; raises BadFile with the line that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
            header = tuple(rows[0]) if rows else ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path}: {error}") from error
    if not rows:
        raise BadFile(f"{path}: no pairs found; the columns are {', '.join(COLUMNS)}")
    missing = [column for column in COLUMNS if column not in header and column not in {"id", "topic"}]
    if missing:
        raise BadFile(f"{path}: columns are missing: {', '.join(missing)} (the file needs {', '.join(COLUMNS)})")
    return [_pair(path, number, row) for number, row in enumerate(rows, start=2)]


def _pair(path: Path, number: int, row: dict[str, Any]) -> Pair:
    values = {column: (row.get(column) or "").strip() for column in COLUMNS}
    if not values["problem"] or not values["solution"]:
        raise BadFile(f"{path}, line {number}: a text is missing")
    for column in ("lang_problem", "lang_solution"):
        if not is_language(values[column]):
            raise BadFile(f"{path}, line {number}: unknown language “{values[column]}”")
    return Pair(
        values["id"] or str(number),
        values["lang_problem"],
        clean_text(values["problem"]),
        values["lang_solution"],
        clean_text(values["solution"]),
    )


@contextmanager
def throw_away_index() -> Iterator[None]:
    """Inside, this connection sees an empty index; the real one is neither read nor written."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL)")
    try:
        yield
    finally:
        cache.clear()
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")


def evaluate(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Recall@1, @5, @10 and mean reciprocal rank, in all and by the problem's language.

    Both sides are indexed, as on a node with two streams; the pool of each problem is every distinct solution.
    """
    with throw_away_index():
        cache.clear()
        answers = _fill(pairs)
        index.embed_waiting()
        index.refresh_space()
        ranks = [_rank(pair, answers[pair.solution_language, pair.solution]) for pair in pairs]
    result: dict[str, Any] = _summary(ranks)
    for name, language in (("by_language", "language"), ("by_solution_language", "solution_language")):
        groups: dict[str, list[int | None]] = defaultdict(list)
        for pair, rank in zip(pairs, ranks, strict=True):
            groups[getattr(pair, language)].append(rank)
        result[name] = {code: _summary(group) for code, group in sorted(groups.items())}
    return result


def _fill(pairs: Sequence[Pair]) -> dict[tuple[str, str], UUID]:
    answers = {
        (p.solution_language, p.solution): stable_id("evaluated-solution", f"{p.solution_language}:{p.solution}")
        for p in pairs
    }
    asked = {(p.language, p.problem): stable_id("evaluated-problem", f"{p.language}:{p.problem}") for p in pairs}
    now = clock.now()
    for kind, texts in (("solution", answers), ("problem", asked)):
        index.write_entries(
            Draft(kind=kind, object_id=key, language=language, title=text, text="", changed_at=now)
            for (language, text), key in texts.items()
        )
    return answers


def _rank(pair: Pair, answer: UUID) -> int | None:
    scored = ranked(Question(text=pair.problem, language=pair.language), kind="solution", limit=DEPTH)
    return next((place for place, hit in enumerate(scored, start=1) if hit.found.id == answer), None)


def _summary(ranks: Sequence[int | None]) -> dict[str, Any]:
    def recall(depth: int) -> float:
        return round(sum(rank is not None and rank <= depth for rank in ranks) / len(ranks), 4)

    reciprocal = sum(1 / rank for rank in ranks if rank is not None) / len(ranks)
    return {
        "n": len(ranks),
        "recall@1": recall(1),
        "recall@5": recall(5),
        "recall@10": recall(10),
        "mrr": round(reciprocal, 4),
    }
