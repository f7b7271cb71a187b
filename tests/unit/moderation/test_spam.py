"""Spam without asking anyone: each sign counts, none too much, and real contributions pass."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.moderation.spam import THRESHOLD, Signals, distance, fingerprint, judge
from tests.unit.moderation.growth import grows_in_line

IDEA = "Der Radweg an der Brücke endet plötzlich, bitte eine Markierung bis zur Ampel weiterführen."
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)
SIGNALS = st.builds(
    Signals,
    honeypot=st.booleans(),
    seconds=st.one_of(st.none(), st.floats(0, 100)),
    recent=st.lists(st.integers(0, 2**64 - 1), max_size=3).map(tuple),
    sent=st.integers(0, 100),
    language=st.sampled_from(["", "de", "zh", "tr"]),
)


def score(text: str = IDEA, **signals: object) -> float:
    return judge(text, signals=replace(Signals(), **signals)).score


@given(ANYTHING, SIGNALS)
def test_a_score_is_a_share_and_every_reason_has_a_part_in_it(text: str, signals: Signals) -> None:
    verdict = judge(text, signals=signals)
    assert 0 <= verdict.score < 1
    assert (verdict.score == 0) == (verdict.reasons == ())
    assert all(0 < reason.weight <= verdict.score + 1e-9 for reason in verdict.reasons)
    assert verdict == judge(text, signals=signals)


@given(ANYTHING, SIGNALS, st.floats(0, 10), st.integers(0, 50))
def test_a_score_never_falls_when_a_sign_is_added(text: str, signals: Signals, sooner: float, more: int) -> None:
    before = judge(text, signals=signals).score
    seconds = 4.0 if signals.seconds is None else signals.seconds
    for worse in (
        replace(signals, honeypot=True),
        replace(signals, sent=signals.sent + more),
        replace(signals, seconds=max(0.0, seconds - sooner)),
        replace(signals, recent=(*signals.recent, fingerprint(text))),
    ):
        assert judge(text, signals=worse).score >= before - 1e-12


@given(st.integers(0, 12), st.integers(0, 12))
def test_more_links_are_never_better(fewer: int, more: int) -> None:
    few, many = sorted((fewer, more))
    texts = [IDEA + " https://example.org/x" * count for count in (few, many)]
    assert score(texts[0]) <= score(texts[1])


@pytest.mark.parametrize(
    ("sign", "signals"),
    [("honeypot", {"honeypot": True}), ("too_fast", {"seconds": 0.4}), ("rate", {"sent": 30})],
)
def test_what_only_machines_do_is_enough(sign: str, signals: dict[str, object]) -> None:
    verdict = judge(IDEA, signals=replace(Signals(), **signals))
    assert verdict.is_spam
    assert [reason.code for reason in verdict.reasons] == [sign]


@pytest.mark.parametrize(
    ("sign", "text", "signals"),
    [
        ("capitals", IDEA.upper(), {}),
        ("repeated", "Bitte endlich handeln" + "!" * 60, {}),
        ("language", IDEA, {"language": "tr"}),
        ("language", "请在学校门前修建一条安全的人行横道因为孩子们每天都要经过那里", {}),
        ("shortener", IDEA + " https://bit.ly/abc", {}),
        ("mixed_scripts", "Кyпи евтини лeкapcтва oнлайн сeга", {}),
        ("copy", IDEA, {"recent": (fingerprint(IDEA),)}),
    ],
)  # fmt: skip
def test_what_people_do_as_well_is_not(sign: str, text: str, signals: dict[str, object]) -> None:
    verdict = judge(text, signals=replace(Signals(), **signals))
    assert [reason.code for reason in verdict.reasons] == [sign]
    assert not verdict.is_spam


def test_shouting_in_another_language_is_no_spam() -> None:
    assert score(IDEA.upper() + "!" * 60, language="tr") < THRESHOLD


def test_six_links_sent_in_two_seconds_are() -> None:
    text = "Cheap pills " + " ".join(f"https://shop{n}.example/buy" for n in range(6))
    assert judge(text, signals=Signals(seconds=2.0)).is_spam


def test_short_texts_are_the_same_by_chance() -> None:
    assert score("Wilder Müll", recent=(fingerprint("Wilder Müll"),)) == 0


def test_nearly_equal_texts_have_near_fingerprints() -> None:
    edited = IDEA.replace("plötzlich", "abrupt")
    other = "Im Stadtpark fehlen Bänke im Schatten, ältere Leute finden im Sommer keinen Platz zum Ausruhen."
    assert distance(fingerprint(IDEA), fingerprint(IDEA.upper() + "!!")) == 0
    assert distance(fingerprint(IDEA * 1), fingerprint(edited)) < 20 < distance(fingerprint(IDEA), fingerprint(other))
    assert fingerprint("") == 0
    assert 0 <= fingerprint(IDEA) < 2**64


def test_no_real_contribution_is_taken_for_spam(real_data: Path) -> None:
    folder = real_data / "participation"
    texts = [r.get("description") or "" for r in json.loads(
        (folder / "open311" / "koeln-requests-2016-pseudonymised.json").read_text(encoding="utf-8"))]  # fmt: skip
    for path, column in [
        *((path, "comment-body") for path in sorted((folder / "polis").glob("austria-climate*/comments.csv"))),
        (folder / "madrid" / "comments.csv", "text"),
        (folder / "helsinki" / "pro_merged.csv", "texts"),
    ]:
        with path.open(encoding="utf-8", newline="") as file:
            texts += [row[column] or "" for row in csv.DictReader(file)][::4]
    assert len(texts) > 3_000
    assert [text for text in texts if judge(text, signals=Signals(seconds=30, sent=1)).is_spam] == []


@pytest.mark.parametrize("unit", ["a", "a ", "!", "aБ", "a.de ", "http://a.de ", "xn--", "e\u0301", "\n", "1.2", "中"])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert grows_in_line(judge, unit)
    assert grows_in_line(fingerprint, unit)
