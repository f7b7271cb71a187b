"""Many readers at once get the stems that one reader gets."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from citytandem.search import lexical

WORDS = (
    "Abfallbehälter",
    "Wochenende",
    "Straßenbeleuchtung",
    "Bürgerbeteiligung",
    "Verkehrsschilder",
    "Gemeindehäuser",
)


def test_threads_do_not_mix_up_their_words() -> None:
    stem = lexical._stemmer("de")
    right = {word: stem(word.lower()) for word in WORDS}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            asked = WORDS * 3_000
            found = list(pool.map(lambda word: stem(word.lower()), asked, chunksize=50))
    finally:
        sys.setswitchinterval(before)
    assert [word for word, stemmed in zip(asked, found, strict=True) if stemmed != right[word]] == []
