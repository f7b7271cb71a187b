"""Numbers as spreadsheets write them: never a thousand times too small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.spreadsheets import number, opened


@given(value=st.floats(0, 1e9), places=st.integers(1, 6))
def test_what_german_spreadsheets_write_is_read(value: float, places: int) -> None:
    plain = f"{value:,.{places}f}"
    german = plain.translate(str.maketrans(",.", ".,"))
    assert number(german, delimiter=";") == float(plain.replace(",", ""))


@pytest.mark.parametrize("told", ["1.000", "-12.000.000", "1.00,5", "0_1", "１", "", "1 000", "nan", "0x1"])
def test_what_may_mean_something_else_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"no number|one thousand"):
        number(told, delimiter=";")


@pytest.mark.parametrize("told", ["0.125", "-0.000", "1.25", "1.0005"])
def test_a_point_that_cannot_part_thousands_is_the_decimal_sign(told: str) -> None:
    assert number(told, delimiter=";") == float(told)


def test_the_first_line_shows_the_separator() -> None:
    assert opened("\ufeffa;b,c;d\n1,2,3,4,5") == ("a;b,c;d\n1,2,3,4,5", ";")
