"""Addresses and departments in comments: nothing lost, nothing dangerous, in time linear in the text."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.conversation.words import MOST_MENTIONS, Part, mentioned, parts_of, shown_address

KNOWN = {"waste", "parks-and-trees", "it"}
PIECES = st.sampled_from(
    ["https://", "http://", "javascript:", "@waste", "@", "@@it", "a@it", "<b>", '"', "'", "example.org", "/", " ", "\n",
     "(", ")", ".", "ftp://x", "HTTPS://EXAMPLE.org", "\u202e", "مرحبا", "😀", "data:text/html,", "[::1]", ":0", "user:pw@"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(TEXTS)
def test_the_pieces_together_are_the_text(text: str) -> None:
    assert "".join(part.text for part in parts_of(text, departments=KNOWN)) == text


@given(TEXTS)
def test_only_web_addresses_lead_somewhere(text: str) -> None:
    for part in parts_of(text, departments=KNOWN):
        if part.href:
            parts = urlsplit(part.href)
            assert parts.scheme.lower() in {"http", "https"}
            assert parts.hostname
            assert "@" not in parts.netloc
            assert not set(part.href) & set(" <>\"'`\n")
        if part.slug:
            assert part.slug in KNOWN
            assert part.text.lower() == f"@{part.slug}"


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://example.org/a?b=c#d.", "https://example.org/a?b=c#d"),
        ("(https://example.org/x_(y))", "https://example.org/x_(y)"),
        ("https://example.org/a, and more", "https://example.org/a"),
        ("HTTP://Example.org", "HTTP://Example.org"),
        ("https://münchen.example/ß", "https://münchen.example/ß"),
    ],
)
def test_an_address_ends_where_a_reader_would_end_it(text: str, href: str) -> None:
    assert [part.href for part in parts_of(text, departments=KNOWN) if part.href] == [href]


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "http://", "https://:80", "http://user@evil.example/", "https://good.example@evil.example",
     "ftp://example.org", "//example.org", "http://[::1", "data:text/html;base64,x", "xhttps://example.org"],
)  # fmt: skip
def test_what_is_no_web_address_stays_words(text: str) -> None:
    assert parts_of(text, departments=KNOWN) == [Part(text)]


def test_known_departments_are_mentioned_and_others_stay_words() -> None:
    text = "@waste, @Parks-and-Trees: what about @nobody? mail@waste.example @waste again, @it- too"
    assert mentioned(text, departments=KNOWN) == ["waste", "parks-and-trees", "it"]


def test_nobody_calls_the_whole_town_hall() -> None:
    known = {f"d{number}" for number in range(30)}
    text = " ".join(f"@{slug}" for slug in sorted(known))
    assert len(mentioned(text, departments=known)) == MOST_MENTIONS


def test_a_mention_within_an_address_is_part_of_the_address() -> None:
    parts = parts_of("https://social.example/@waste", departments=KNOWN)
    assert parts == [Part("https://social.example/@waste", href="https://social.example/@waste")]


@pytest.mark.parametrize("piece", ["https://a", "@", "(" * 5, "https://a.b)", "@a-", "https://a.b.,;:", "http://" * 3])
def test_hostile_texts_are_read_in_a_moment(piece: str) -> None:
    text = (piece * 5_000)[:5_000]
    began = time.process_time()
    parts_of(text, departments=KNOWN)
    assert time.process_time() - began < 0.5


def test_long_addresses_are_shown_by_their_beginning() -> None:
    assert shown_address("https://example.org/a") == "example.org/a"
    assert len(shown_address(f"https://example.org/{'a' * 200}")) == 60
