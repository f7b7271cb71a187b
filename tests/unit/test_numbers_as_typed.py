"""Numbers as people type them."""

import pytest

from citytandem.ui.fields import plain_number


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("1.000,50", "1000.50"), ("1,000.50", "1000.50"), ("1 000,5", "1000.5"), ("1000.5", "1000.5"), ("1.000", "1000"),
     ("12.345.678", "12345678"), ("0,5", "0.5"), ("7", "7"), ("abc", "abc"), ("1'000", "1000")],
)  # fmt: skip
def test_numbers_of_all_languages_are_read(typed: str, plain: str) -> None:
    assert plain_number(typed) == plain
