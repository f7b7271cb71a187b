"""Geometry of maps and charts."""

from __future__ import annotations

import pytest

from citytandem.ui.charts import Place, Tie, around, bars, distance, europe, reliability

KREFELD = Place("Krefeld", 6.55, 51.34, is_home=True)
SOFIA = Place("Sofia", 23.32, 42.70, href="/cities/sofia")
TOKYO = Place("Tokyo", 139.7, 35.7)


def test_places_off_the_map_are_left_out_with_their_ties() -> None:
    drawing = europe([KREFELD, TOKYO, SOFIA], ties=[Tie(0, 1, "far"), Tie(0, 2, "near", href="/p")])
    assert [dot.place.name for dot in drawing.dots] == ["Krefeld", "Sofia"]
    assert [line.name for line in drawing.lines] == ["near"]
    assert drawing.is_whole


def test_a_window_holds_its_places_and_lies_inside_the_drawing() -> None:
    drawing = around([KREFELD, SOFIA])
    left, top, width, height = (float(part) for part in drawing.view_box.split())
    assert left >= 0
    assert top >= 0
    assert left + width <= 1000.1
    assert all(left <= dot.x <= left + width and top <= dot.y <= top + height for dot in drawing.dots)
    assert drawing.scale == pytest.approx(1000 / width, rel=0.01)


def test_no_place_means_all_of_europe() -> None:
    assert around([]).is_whole
    assert around([TOKYO]).dots == []


def test_names_of_neighbours_do_not_lie_on_each_other() -> None:
    neighbours = [Place("Basel", 7.57, 47.56), Place("Mulhouse", 7.33, 47.75), Place("Freiburg", 7.85, 48.0)]
    dots = europe(neighbours).dots
    spots = {(dot.text_x, dot.text_y, dot.anchor) for dot in dots}
    assert len(spots) == 3
    assert len({(dot.anchor, round(dot.text_y / 20)) for dot in dots}) == 3


def test_bars_are_shares_of_the_longest() -> None:
    assert [bar.width for bar in bars([("a", 10, "10"), ("b", 5, "5"), ("c", 0, "0")])] == [100.0, 50.0, 0.0]
    assert [bar.width for bar in bars([("a", 0, "0")])] == [0.0]
    assert bars([("a", 3, "3")], most=12)[0].width == 25.0


def test_a_true_score_lies_on_the_diagonal() -> None:
    plot = reliability([(0.0, 0.0, 5), (0.5, 0.5, 500), (1.0, 1.0, 1), (0.3, 0.4, 0)])
    assert len(plot.points) == 3
    assert all(point.x - plot.left == pytest.approx(plot.bottom - point.y, abs=0.1) for point in plot.points)
    assert plot.points[1].radius > plot.points[2].radius


def test_distances_are_about_right() -> None:
    assert distance((6.55, 51.34), (23.32, 42.70)) == pytest.approx(1_590, rel=0.03)
