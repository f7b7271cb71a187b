"""Words of findings: each code has its sentence, and sentences say which way it went."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges import finding_words as words
from citytandem.challenges.finding_stored import stored
from citytandem.challenges.pilot_readiness import Obstacle
from citytandem.challenges.pilots import findings
from citytandem.challenges.pilots.indicators import BadPilot
from tests.unit.challenges import pilots as examples

PURE = Path(findings.__file__).parent


def codes() -> set[str]:
    """Every text in the pure core that looks like the code of a BadPilot: `word.word`, as its first argument or in a
    pair that one is made from."""
    found = set()
    for path in PURE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                first, dot, rest = node.value.partition(".")
                if dot and first in {"cost", "indicator", "measurement", "measurements", "period", "row"}:
                    found.add(f"{first}.{rest}")
    return found


def test_each_refusal_has_its_sentence() -> None:
    assert codes() == set(words.REFUSALS)
    assert len(codes()) > 30


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (words.VERDICTS, findings.Verdict),
        (words.VERDICT_SENTENCES, findings.Verdict),
        (words.METHODS, findings.Method),
        (words.CAUTIONS, findings.Caution),
        (words.REACHED, findings.Reached),
        (words.OBSTACLES, Obstacle),
    ],
)
def test_each_code_of_a_finding_has_its_words(told: dict[str, Any], known: Any) -> None:
    assert set(told) == set(get_args(known))
    assert all(str(sentence).strip() for sentence in told.values())


def an_indicator(finding: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Full bins", "unit": "per week", "direction": "down", "kind": "level", "target_value": None, "by_day": False,
        "error": "", "finding": finding, **fields,
    }  # fmt: skip


def a_finding(**fields: Any) -> dict[str, Any]:
    return {
        "method": "means", "difference": -4.2, "low": -6.3, "high": -2.1, "relative": -0.35, "verdict": "better",
        "target": None, "series": None, "cautions": [], "per_unit": None, **fields,
    }  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_headline_says_how_much_which_way_and_how_sure() -> None:
    told = plain(words.headline(an_indicator(a_finding())))
    assert told == "Full bins: 4.2 per week less (95 % interval: 2.1 to 6.3)"
    unclear = plain(words.headline(an_indicator(a_finding(difference=-0.4, low=-2.1, high=1.3))))
    assert unclear == "Full bins: 0.4 per week less (95 % interval: from 2.1 less to 1.3 more)"
    single = words.headline(an_indicator(a_finding(difference=3.0, low=None, high=None)))
    assert single == "Full bins: 3 per week more"
    missing = words.headline(an_indicator(error="measurements.none_after"))
    assert missing == "Full bins: Nothing has been measured since the start."


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    one = an_indicator(a_finding(difference=-1234.5, low=-6.25, high=-2.125))
    with override("de"):
        assert "1.23" in words.headline(one)
        assert "6,25" in words.headline(one)
        assert words.exact(0.125) == "0,125"
    with override("en"):
        assert words.exact(1234567.5) == "1,234,567.5"


def test_the_cost_of_a_unit_is_said_only_where_it_is_known() -> None:
    assert words.per_unit(an_indicator(a_finding()), "EUR") == ""
    told = words.per_unit(an_indicator(a_finding(per_unit={"value": 850.4, "low": 600, "high": 1700})), "EUR")
    assert plain(told) == "Full bins: 850 EUR for each 1 per week less (95 % interval: 600 to 1,700)"


def test_a_share_is_not_told_of_too_few_values() -> None:
    told = " ".join(words.sentences(an_indicator(a_finding(verdict="too_few", cautions=["one_value"]))))
    assert "35" not in told
    assert "only one value" in told
    sure = plain(" ".join(words.sentences(an_indicator(a_finding(), by_day=True))))
    assert "35 % less than before" in sure
    assert str(words.BY_DAY) in sure


numbers = st.floats(-1e12, 1e12)


@given(value=numbers)
def test_amounts_keep_their_sign_and_their_size(value: float) -> None:
    told = float(words.amount(value).replace(",", ""))
    assert told == pytest.approx(value, rel=6e-3, abs=6e-9)


@given(middle=numbers, below=st.floats(0, 1e6), above=st.floats(0, 1e6))
def test_intervals_are_told_from_small_to_large(middle: float, below: float, above: float) -> None:
    low, high = middle - below, middle + above
    told = words.interval(low, high)
    assert ("less" in told) == (low < 0 < high)


@given(code=st.sampled_from(sorted(words.REFUSALS)), where=st.text(max_size=20))
def test_a_refusal_keeps_its_code_and_says_what_was_there(code: str, where: str) -> None:
    refused = words.refusal(BadPilot(code, where))
    assert (refused.code, refused.details["reason"]) == ("pilot.unusable", code)
    assert where in str(refused.message)


def test_what_is_stored_is_what_was_found() -> None:
    before, after = [40.0 + day % 3 for day in range(12)], [30.0 + day % 4 for day in range(12)]
    found = findings.finding(examples.FILL, examples.daily(before, after), period=examples.PERIOD)
    told = json.loads(json.dumps(stored(found, per_unit=None), allow_nan=False))
    assert (told["verdict"], told["method"], told["difference"]) == (found.verdict, found.method, found.difference)
    assert found.interval is not None
    assert (told["low"], told["high"]) == (found.interval.low, found.interval.high)
    assert len(told["series"]["points"]) == 24


def test_what_is_infinite_is_not_stored() -> None:
    full = replace(examples.FILL, kind="count", name="full bins")
    found = findings.finding(full, examples.daily([0.0] * 9, [1.0] * 9), period=examples.PERIOD)
    told = json.dumps(stored(found, per_unit=None), allow_nan=False)
    assert json.loads(told)["rate"]["high"] is None


def test_a_difference_of_per_cents_is_one_of_points() -> None:
    with override("en"):
        assert words.change(18.9, "%") == "18.9 percentage points more"
        assert words.change(-2, "km") == "2 km less"
