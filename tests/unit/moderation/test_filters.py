"""Words and hosts an administrator blocks: found however they are spelt, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.moderation.filters import Filters, WordRule, compile_filters
from citytandem.moderation.links import host, links, skeleton
from citytandem.moderation.plain import plain
from tests.unit.moderation.growth import grows_in_line

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=80)
WORDS = ["spam", "idiot*", WordRule("buy now", "refuse"), "*porn*", "c*sino", "Größe", "казино", "über uns*"]


def rules(text: str) -> list[str]:
    return [
        match.rule for match in compile_filters(WORDS, ["evil.example", "bit.ly"], ["good.evil.example"]).check(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is SPAM!", ["spam"]),
        ("späm", ["spam"]),
        ("s.p.a.m", ["spam"]),
        ("s p a m here", ["spam"]),
        ("s-p-a-m", ["spam"]),
        ("sp4m, $pam, 5pam", ["spam", "spam", "spam"]),
        ("spaaaaam", ["spam"]),
        ("sраm", ["spam"]),
        ("s\u00adp\u200bam", ["spam"]),
        ("idiots and an Idiotin", ["idiot*", "idiot*"]),
        ("Buy  now", ["buy now"]),
        ("xpornx", ["*porn*"]),
        ("casino cazzino", ["c*sino"]),
        ("GROESSE größe", ["Größe"]),
        ("Казино", ["казино"]),
        ("über unsere Stadt", ["über uns*"]),
    ],
)
def test_words_match_however_they_are_spelt(text: str, expected: list[str]) -> None:
    assert rules(text) == expected


@pytest.mark.parametrize(
    "text",
    ["spammer", "antispam", "s p a", "a b c d", "buy it now", "Pan", "sp m", "4 5 7", "Idee", "s.p.a. in Rom", ""],
)
def test_other_words_do_not(text: str) -> None:
    assert rules(text) == []


def test_a_match_says_where_which_rule_and_how_severe() -> None:
    (match,) = compile_filters(WORDS).check("Please b\u00aduy now!")
    assert (match.rule, match.kind, match.severity, match.text) == ("buy now", "word", "refuse", "b\u00aduy now")
    assert "Please b\u00aduy now!"[match.start : match.end] == match.text


@pytest.mark.parametrize(
    "text",
    [
        "see http://evil.example/a?b", "www.evil.example", "https://sub.evil.example",
        "HTTPS://EVIL.EXAMPLE:8080/", "https://good.org@evil.example/", "https://еvil.example/", "hxxp://evil.example",
        "http://evil.example.", "http://" + "еvil".encode("idna").decode() + ".example", "bit.ly/abc", "bit[.]ly/abc", "b1t.ly",
    ],
)  # fmt: skip
def test_blocked_hosts_are_seen_through_disguises(text: str) -> None:
    (match,) = compile_filters((), ["evil.example", "bit.ly"]).check(text)
    assert match.kind == "link"
    assert match.rule in {"evil.example", "bit.ly"}


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example.org",
        "https://notevil.example",
        "me@evil.example",
        "https://good.evil.example/x",
        "Am 5.de Ende",
    ],
)
def test_other_hosts_pass(text: str) -> None:
    assert rules(text) == []


def test_all_links_but_the_allowed_can_be_blocked() -> None:
    filters = compile_filters((), ["*"], ["city.example", "city.de"])
    text = "https://city.example/a https://www.city.example https://сity.example https://other.example city.de shop.de"
    assert [m.text for m in filters.check(text)] == ["https://сity.example", "https://other.example", "shop.de"]


@given(st.lists(ANYTHING, max_size=6), st.lists(ANYTHING, max_size=4), st.lists(ANYTHING, max_size=4), ANYTHING)
def test_nothing_an_administrator_types_breaks_a_check(
    words: list[str], blocked: list[str], allowed: list[str], text: str
) -> None:
    for match in compile_filters(words, blocked, allowed).check(text + " " + " ".join(words)):
        assert (text + " " + " ".join(words))[match.start : match.end] == match.text


@given(st.text("abcdefghij", min_size=4, max_size=12), ANYTHING)
def test_a_word_that_stands_alone_is_always_found(word: str, around: str) -> None:
    assert any(m.rule == word for m in compile_filters([word]).check(f"{around} ; {word} ; {around}"))


def test_odd_entries_match_nothing() -> None:
    assert (
        compile_filters(["", "  ", "*", "**", "!?"], ["", "://", "..."]).check("anything at https://example.org") == []
    )
    assert Filters().check("anything") == []


@pytest.mark.parametrize(
    "name", ["xn--", "xn--999999999", "xn--\ud800", "xn--a-0", "a" * 500, "[::1]", "%00", "..", "//"]
)
def test_any_host_can_be_read(name: str) -> None:
    assert isinstance(host(name), str)
    assert isinstance(skeleton(host(name)), str)


def test_links_are_found_without_scheme_too() -> None:
    text = "www.example.org, example.de/a. (https://example.fr/b) пример.бг me@example.org z.B. Ende.Das v1.2.3"
    assert [link.host for link in links(plain(text))] == ["example.org", "example.de", "example.fr", "пример.бг"]


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a ",
        "a.",
        "s.p",
        "s p ",
        "@",
        "4",
        "a*",
        "http://",
        "www.",
        "a.de ",
        "a.de/",
        "xn--a.",
        "!",
        "_",
        "é",
        "сa",
        "sp4m",
    ],
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    filters = compile_filters([*WORDS, "a*a*a*a*b", "*a*a*a*a*c"], ["evil.example", "*"])
    assert grows_in_line(filters.check, unit)
