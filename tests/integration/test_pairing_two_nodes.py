"""Two nodes that are started together become partners also where one of them answers late."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from citytandem.supervisor import tandem as starting
from citytandem.supervisor.options import Options

LATE = subprocess.CompletedProcess([], 1, stdout='{"error": "Nothing answered at this address."}', stderr="")
DONE = subprocess.CompletedProcess([], 0, stdout="{}", stderr="")


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[starting.Half, starting.Half]:
    monkeypatch.setattr(starting, "SECONDS_BETWEEN_TRIES", 0.0)
    first, second = (
        starting.Half(city, Options(port=port, host="localhost", data=tmp_path / city, demo=""))
        for city, port in (("krefeld", 9001), ("sofia", 9002))
    )
    return first, second


def test_a_late_answer_is_waited_for(
    halves: tuple[starting.Half, starting.Half], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([LATE, LATE, DONE, DONE, LATE, DONE])
    monkeypatch.setattr(starting, "_command", lambda *_arguments: next(answers))
    assert starting._pair(halves)
    assert next(answers, None) is None


def test_what_stays_away_is_told(
    halves: tuple[starting.Half, starting.Half], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def away(half: starting.Half, *_arguments: str) -> subprocess.CompletedProcess[str]:
        asked.append(half.city)
        return LATE

    monkeypatch.setattr(starting, "_command", away)
    assert not starting._pair(halves)
    assert asked == ["krefeld"] * starting.TRIES
    assert "krefeld could not become a partner of sofia: Nothing answered at this address." in capsys.readouterr().out
