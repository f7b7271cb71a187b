"""Long work says how far it has come; short work says nothing."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest

from citytandem.progress import Progress, _Step


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def shown(stream: io.StringIO, **options: float) -> Progress:
    return Progress(stream=stream, shown_after=options.get("shown_after", 0.01), line_every=0.01)


def _until(is_so: Callable[[], bool]) -> None:
    """The machine may be busy with something else."""
    patience = time.monotonic() + 10
    while not is_so() and time.monotonic() < patience:
        time.sleep(0.01)


def test_short_work_stays_silent() -> None:
    stream = io.StringIO()
    with shown(stream, shown_after=5).step("Work", total=3) as advance:
        advance(3)
    assert stream.getvalue() == ""


def test_elsewhere_it_writes_plain_lines() -> None:
    stream = io.StringIO()
    with shown(stream).step("Work", total=4) as advance:
        advance(1)
        _until(lambda: "25%" in stream.getvalue())
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("Work … 25% - about ")
    assert lines[-1] == "Work: 0 s"
    assert "\r" not in stream.getvalue()


def test_on_a_terminal_it_draws_a_bar() -> None:
    stream = Terminal()
    with shown(stream).step("Work", total=4) as advance:
        advance(2)
        _until(lambda: "50%" in stream.getvalue())
    assert "\r\x1b[KWork [############............] 50% - about" in stream.getvalue()


def test_an_inner_step_takes_the_place_of_the_outer_one() -> None:
    outer, inner = io.StringIO(), io.StringIO()
    with shown(outer).step("Outer"), shown(inner).step("Inner"):
        time.sleep(0.1)
        assert outer.getvalue() == ""
    assert "Inner …" in inner.getvalue()
    assert outer.getvalue() == "Outer: 0 s\n"


def test_a_closed_terminal_does_not_stop_the_work() -> None:
    done = 0
    with shown(Closed()).step("Work", total=3) as advance:
        for _ in range(3):
            time.sleep(0.02)
            advance(1)
            done += 1
    assert done == 3
    assert Progress._under_way == []


def test_it_ends_when_the_work_fails() -> None:
    with pytest.raises(ValueError, match="bad"), shown(io.StringIO()).step("Work"):
        raise ValueError("bad")
    assert Progress._under_way == []


def test_the_time_left_follows_from_the_share_done() -> None:
    now = [0.0]
    step = _Step("Work", total=100, began=0.0, clock=lambda: now[0])
    assert step.left == ""
    now[0] = 10.0
    step.advance(25)
    assert step.left == " - about 30 s left"
    step.advance(200)
    assert step.share == 1.0
