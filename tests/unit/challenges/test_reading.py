"""Reading scores and criteria as people have them, and saying which line is wrong."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings

from citytandem.challenges.ranking.criteria import BadScores, Criterion, Floats
from citytandem.challenges.ranking.reading import read_criteria, read_scores
from tests.unit.challenges.tables import tables

CRITERIA = """
- {name: impact, weight: 0.6, direction: max, low: 0, high: 10}
- {name: cost, weight: 0.4, direction: min, low: 0, high: 1000}
"""
SCORES = "proposal,assessor,impact,cost\nsensors,first,7,400\nsensors,second,8,\nlids,first,3,90\n"


def test_a_table_with_assessors() -> None:
    scores = read_scores(SCORES, read_criteria(CRITERIA))
    assert scores.proposals == ("sensors", "lids")
    assert scores.values.shape == (2, 2, 2)
    assert scores.means()[0].tolist() == [7.5, 400]
    assert scores.means()[1].tolist() == [3, 90]


@pytest.mark.parametrize(
    "text",
    [
        "proposal;impact;cost\nsensors;7,5;400\nlids;3;90\n",
        "\ufeffproposal\timpact\tcost\r\nsensors\t7.5\t400\r\n\r\nlids\t3\t90\r\n",
        'cost,impact,proposal\n400,7.5,"sensors"\n90,3,lids',
    ],
)
def test_tables_as_spreadsheets_write_them(text: str) -> None:
    assert read_scores(text, read_criteria(CRITERIA)).means().tolist() == [[7.5, 400], [3, 90]]


def test_a_number_with_groups_and_a_decimal_comma_is_what_it_looks_like() -> None:
    wide = CRITERIA.replace("high: 1000", "high: 9000")
    text = "proposal;impact;cost\na;7;1.234,5\n"
    assert read_scores(text, read_criteria(wide)).means().tolist() == [[7, 1234.5]]


@given(table=tables(missing=True, finest=6))
@settings(max_examples=50)
def test_what_is_written_is_read(table: tuple[Floats, list[Criterion]]) -> None:
    means, criteria = table
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["proposal", *(criterion.name for criterion in criteria)])
    for number, row in enumerate(means):
        writer.writerow([f"p {number}", *("" if np.isnan(value) else repr(float(value)) for value in row)])
    assert np.array_equal(read_scores(written.getvalue(), criteria).values[0], means, equal_nan=True)


@pytest.mark.parametrize(
    ("code", "where", "text"),
    [
        ("scores.no_proposal", "line 1", "name,impact,cost\n"),
        ("scores.no_proposal", "line 1", ""),
        ("scores.none", "", "proposal,impact,cost\n"),
        ("scores.column_missing", "line 1", "proposal,impact\na,1\n"),
        ("scores.column_unknown", "line 1", "proposal,impact,cost,mood\na,1,2,3\n"),
        ("scores.column_twice", "line 1", "proposal,impact,cost,cost\na,1,2,3\n"),
        ("scores.cells", "line 2", "proposal,impact,cost\na,1\n"),
        ("scores.no_name", "line 2", "proposal,impact,cost\n,1,2\n"),
        ("scores.no_assessor", "line 3", "proposal,assessor,impact,cost\na,x,1,2\nb,,1,2\n"),
        ("scores.twice", "line 3", "proposal,impact,cost\na,1,2\na,2,3\n"),
        ("scores.twice", "line 4", "proposal,assessor,impact,cost\na,x,1,2\na,y,1,2\na,x,1,2\n"),
        ("scores.number", "line 2", "proposal,impact,cost\na,high,2\n"),
        ("scores.number", "line 3", 'proposal,impact,cost\na,1,2\nb,"1,5",2\n'),
        ("scores.infinite", "line 2", "proposal,impact,cost\na,nan,2\n"),
        ("scores.infinite", "line 2", "proposal,impact,cost\na,1,inf\n"),
        ("scores.outside", "line 2", "proposal,impact,cost\na,10.5,2\n"),
        ("scores.outside", "line 2", "proposal,impact,cost\na,-1,2\n"),
        ("scores.number", "line 2", "proposal,impact,cost\na,0_1,2\n"),
        ("scores.number", "line 2", "proposal,impact,cost\na,１,2\n"),
        ("scores.number", "line 2", "proposal;impact;cost\na;1;1.000\n"),
        ("scores.number", "line 2", "proposal;impact;cost\na;1;1.00,5\n"),
        ("scores.csv", "line 2", 'proposal,impact,cost\na,"1"x,2\n'),
    ],
)
def test_a_wrong_line_is_named(code: str, where: str, text: str) -> None:
    with pytest.raises(BadScores) as refused:
        read_scores(text, read_criteria(CRITERIA))
    assert (refused.value.code, refused.value.where) == (code, where)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("criteria.yaml", "- {name: impact"), ("criteria.list", ""), ("criteria.list", "impact: 3"),
        ("criteria.entry", "- impact"), ("criteria.missing", "- {name: impact, weight: 1}"),
        ("criteria.unknown", "- {name: a, weight: 1, direction: max, low: 0, high: 1, colour: red}"),
        ("criteria.number", "- {name: a, weight: much, direction: max, low: 0, high: 1}"),
        ("criteria.number", "- {name: a, weight: true, direction: max, low: 0, high: 1}"),
        ("criteria.number", "- {name: a, weight: null, direction: max, low: 0, high: 1}"),
        ("criteria.number", "- {name: a, weight: .nan, direction: max, low: 0, high: 1}"),
        ("criterion.number", "- {name: a, weight: 1" + 400 * "0" + ", direction: max, low: 0, high: 1}"),
        ("criterion.number", "- {name: a, weight: 1, direction: max, low: -1e308, high: 1e308}"),
        ("criterion.name", "- {name: , weight: 1, direction: max, low: 0, high: 1}"),
        ("criteria.value", "- {name: [&a [b, b], *a], weight: 1, direction: max, low: 0, high: 1}"),
        ("criteria.yaml", "[" * 3_000), ("criteria.list", " " * 999), ("criteria.long", " " * 1_000_001),
        ("criterion.direction", "- {name: a, weight: 1, direction: up, low: 0, high: 1}"),
        ("criteria.value", "- {name: a, weight: 1, direction: [max], low: 0, high: 1}"),
        ("criterion.scale", "- {name: a, weight: 1, direction: max, low: 5, high: 1}"),
    ],
)  # fmt: skip
def test_wrong_criteria_are_refused(code: str, text: str) -> None:
    with pytest.raises(BadScores) as refused:
        read_criteria(text)
    assert refused.value.code == code


def test_words_that_yaml_takes_for_something_else_are_names() -> None:
    text = "- {name: no, weight: 1, direction: max, low: 0, high: 1}\n- {name: 2024-13-45, weight: 1, direction: min, low: 0, high: 1}"
    assert [criterion.name for criterion in read_criteria(text)] == ["no", "2024-13-45"]


def test_a_bomb_of_aliases_makes_a_short_message() -> None:
    levels = "".join(f"- &l{number} [{', '.join([f'*l{number - 1}'] * 9)}]\n" for number in range(1, 12))
    text = f"- &l0 [x, x]\n{levels}- {{name: a, weight: *l11, direction: max, low: 0, high: 1}}\n"
    with pytest.raises(BadScores) as refused:
        read_criteria(text)
    assert len(str(refused.value)) < 200


def test_a_small_file_cannot_ask_for_a_large_table() -> None:
    text = "proposal,assessor,impact,cost\n" + "".join(f"p{n},a{n},1,1\n" for n in range(6_000))
    with pytest.raises(BadScores) as refused:
        read_scores(text, read_criteria(CRITERIA))
    assert refused.value.code == "scores.many"
