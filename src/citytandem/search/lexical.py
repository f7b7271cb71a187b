"""Words of a text as index terms, per language. Pure.

PostgreSQL has no stemmer for Polish and Bulgarian, and its word lists differ between versions; so all nine languages
are stemmed here, alike everywhere. Each term carries its language in front (`de:mulleim`): a word can only ever meet a
word of the same language, because fusing word hits across languages destroys the ranking (benchmarks/match.py).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

import simplemma
import snowballstemmer

_SNOWBALL = {
    "de": "german",
    "en": "english",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "ro": "romanian",
    "el": "greek",
}
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MAX_TERM = 40

# The commonest function words; frequency in the index weighs down the rest by itself.
_STOP = {
    "de": "der die das den dem des ein eine einer einem einen und oder aber in im an am auf aus bei mit nach von vom zu zum "
    "zur für über unter ist sind wird werden hat haben nicht sich es sie er wir ihr als auch wie so durch um bis noch nur",
    "en": "the a an and or but in on at of for with to from by is are was were be been it its this that these those as not "
    "no our your their his her they we you i he she has have had will can could would there which who what when where",
    "fr": "le la les un une des du de d l et ou mais en dans sur au aux à par pour avec sans est sont être a ont qui que "
    "quoi ne pas se ce cette ces il elle on nous vous ils elles leur leurs son sa ses plus y",
    "it": "il lo la i gli le un uno una e o ma in nel nella nei nelle di del della dei delle dello da dal dalla a al alla ai "
    "alle per con su sul sulla è sono non si che chi cui ci questo questa più come anche",
    "nl": "de het een en of maar in op aan van voor met naar uit bij door te is zijn wordt worden niet zich die dat deze dit "
    "er ze we wij zij hun ook als om tot nog geen",
    "pl": "i oraz lub ale w we na do od z ze za po przez dla o u nie się jest są być to ten ta te tego tej który która które "
    "jak że a też tylko przy pod nad",
    "ro": "și sau dar în la pe de din cu pentru prin nu se este sunt un o unei unui a al ale ai care ce ca că mai fi cel cea "
    "cele după fără",
    "el": "ο η το οι τα του της των τον την τους τις και ή αλλά σε στο στη στην στον στα στις στους με από για να δεν που "
    "είναι μια ένα ένας θα ως μας σας τη",
    "bg": "и или но в във на за от до с със по при не се е са да че който която което които това този тази тези като ще си "
    "ли а към през над под без",
}


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in _STOP.get(language, "").split())


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    if language == "bg":
        # Loading one language only: all of them take 700 MB.
        return lambda word: simplemma.lemmatize(word, lang="bg")
    if language in _SNOWBALL:
        stem: Callable[[str], str] = snowballstemmer.stemmer(_SNOWBALL[language]).stemWord
        lock = threading.Lock()

        def one_at_a_time(word: str) -> str:
            # A stemmer keeps the word it works on in itself: two threads would mix theirs up.
            with lock:
                return stem(word)

        return one_at_a_time
    return lambda word: word


def _plain(word: str) -> str:
    """Without accents and breathings, lower case; й and ё keep their meaning only as letters, so they fold as well."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    return folded.replace("ς", "σ").replace("ł", "l").replace("ø", "o").replace("ß", "ss")


@lru_cache(maxsize=50_000)
def _term(word: str, language: str) -> str:
    return _plain(_stemmer(language)(word.lower()))[:_MAX_TERM]


def words_and_terms(text: str, language: str) -> list[tuple[str, str]]:
    """Pairs of (word as written, index term), in order, function words left out."""
    stop = _stop_words(language)
    pairs = []
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        if len(word) < 2 or _plain(word) in stop:
            continue
        pairs.append((word, f"{language}:{_term(word, language)}"))
    return pairs


def terms(text: str, language: str) -> list[str]:
    """Index terms of a text, with repetitions."""
    return [term for _, term in words_and_terms(text, language)]


def tsvector_text(title: str, text: str, language: str) -> str:
    """A `tsvector` literal: terms of the title weigh A, of the text D; positions are left out (we rank by coverage)."""
    in_title = set(terms(title, language))
    in_text = set(terms(text, language)) - in_title
    return " ".join([*(f"{_quote(t)}:1A" for t in sorted(in_title)), *(_quote(t) for t in sorted(in_text))])


def _quote(term: str) -> str:
    escaped = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
