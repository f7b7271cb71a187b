"""Contrast as WCAG reckons it, and the shades that follow from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.accounts.administration.brand import DARK_GROUNDS, LIGHT_GROUNDS, shades, stylesheet
from citytandem.accounts.administration.contrast import (
    BLACK,
    LEAST,
    WHITE,
    contrast,
    is_colour,
    luminance,
    mix,
    nearest_passing,
    passes,
    told,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@pytest.mark.parametrize(
    ("colour", "ratio"),
    # https://webaim.org/articles/contrast/ and the techniques of WCAG: the lightest grey that passes, and the next one.
    [("#767676", 4.54), ("#777777", 4.47), ("#000000", 21.0), ("#ffffff", 1.0), ("#ff0000", 3.99), ("#0000ff", 8.59)],
)
def test_published_ratios_on_white(colour: str, ratio: float) -> None:
    assert told(contrast(colour, WHITE)) == ratio


def test_777777_is_the_4_48_that_does_not_pass() -> None:
    assert round(contrast("#777777", WHITE), 2) == 4.48
    assert not passes("#777777", [WHITE])
    assert passes("#767676", [WHITE])


@given(COLOURS, COLOURS)
def test_contrast_does_not_depend_on_the_order_and_lies_between_1_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.000001


@given(COLOURS)
def test_luminance_is_a_share(colour: str) -> None:
    assert luminance(BLACK) <= luminance(colour) <= luminance(WHITE) + 1e-12


@given(COLOURS)
def test_the_nearest_shade_passes_and_a_passing_colour_stays(colour: str) -> None:
    shade = nearest_passing(colour, [WHITE])

    assert is_colour(shade)
    assert contrast(shade, WHITE) >= LEAST
    assert (shade == colour) == (contrast(colour, WHITE) >= LEAST)


@given(COLOURS)
def test_no_lighter_mixture_would_have_passed(colour: str) -> None:
    shade = nearest_passing(colour, [WHITE])
    lighter = [mix(colour, BLACK, step / 255) for step in range(256)]
    before = lighter[: lighter.index(shade)]

    assert not any(passes(one, [WHITE]) for one in before)


@given(COLOURS)
def test_every_city_can_be_read_on_light_and_dark_pages(colour: str) -> None:
    found = shades(colour)

    assert passes(found.light, [*LIGHT_GROUNDS, found.light_soft])
    assert passes(found.dark, [*DARK_GROUNDS, found.dark_soft])


def test_the_stylesheet_holds_nothing_but_colours() -> None:
    assert stylesheet("#004c93").count("--ct-city:") == 3
    assert "#004c93" in stylesheet("#004c93")


def test_where_nothing_can_be_read_it_is_said() -> None:
    with pytest.raises(ValueError, match="nothing can be read"):
        nearest_passing("#888888", ["#000000", "#ffffff", "#777777"])
