"""E-mail addresses, IBANs, cards and national identity numbers: what has a form, and mostly a check digit. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum import iban, luhn
from stdnum.bg import egn
from stdnum.ch import ssn as ahv
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.pl import pesel
from stdnum.ro import cnp

from citytandem.moderation.pii.model import CARD, EMAIL, IBAN, NATIONAL_ID, Finding
from citytandem.moderation.plain import Plain

_AT = re.compile(r" ?@ ?| ?[(\[{] ?(?:at|ät|@|arroba|chiocciola|malpa|małpa) ?[)\]}] ?", re.IGNORECASE)
_LOCAL = re.compile(r"[^\W_][\w.!#$%&'*+/=?^{|}~-]{0,63}\Z")
_DOT = r"(?:\.| ?[(\[{] ?(?:dot|punkt|point|punto|\.) ?[)\]}] ?)"
_DOMAIN = re.compile(rf"[^\W_](?:[\w-]{{0,62}}{_DOT}){{1,6}}[^\W\d_][^\W_-]{{1,23}}", re.IGNORECASE)
_LONGEST_LOCAL = 64
_LONGEST_DOMAIN = 200

# ISO 13616 registry: length of an IBAN by country.
_IBAN_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26,
    "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
    "XK": 20,
}  # fmt: skip
# Also stuck to the word before it: "Konto:DE89…", "IBANDE89…"; the check digits tell.
_IBAN_START = re.compile(
    r"(?:(?<![A-Za-z0-9])[A-Za-z]{2}|(?<=[a-z])[A-Z]{2}|(?<=IBAN)[A-Z]{2})[ ]?[0-9]{2}(?=[ .\-\n]{0,2}[A-Za-z0-9])"
)
_LONGEST_IBAN = 80
_CARD = re.compile(
    r"(?<![\d.,/-])(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{1,3})?|3[47]\d\d[ -]\d{6}[ -]\d{5}|\d{13,19})(?![\d/-]|[.,]\d)"
)
_CARD_STARTS = re.compile(r"4|5[0-8]|6|3[0-9]|2[2-7]")
_IBAN_CUE = re.compile(r"iban", re.IGNORECASE)

_IDS: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (re.compile(r"(?<!\w)[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z](?!\w)"), codicefiscale.is_valid, ""),
    (re.compile(r"(?<![\w.-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\w-])"), ahv.is_valid, ""),
    (re.compile(r"(?<![\w.-])[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d(?![\w-])"), nir.is_valid, ""),
    (re.compile(r"(?<![\w.-])[1-8]\d{12}(?![\w-])"), cnp.is_valid, "RO"),
    (re.compile(r"(?<![\w.-])\d{11}(?![\w-])"), pesel.is_valid, "PL"),
    (re.compile(r"(?<![\w.-])\d{10}(?![\w-])"), egn.is_valid, "BG"),
)  # fmt: skip


def find_emails(plain: Plain) -> Iterator[Finding]:
    """Also with "(at)" or blanks around the sign. Looks around each sign only, so time grows with the text."""
    text, done = plain.text, 0
    for sign in _AT.finditer(text):
        before = text[max(done, sign.start() - _LONGEST_LOCAL) : sign.start()]
        local = _local_part(before)
        domain = _DOMAIN.match(text, sign.end(), min(len(text), sign.end() + _LONGEST_DOMAIN))
        if not local or domain is None:
            continue
        if sign[0] != "@" and not domain[0][-1].isalpha():
            continue
        done = domain.end()
        yield _finding(plain, EMAIL, sign.start() - len(local), domain.end(), 0.99)


def _local_part(before: str) -> str:
    """The longest end of `before` that can stand before the sign."""
    start = len(before)
    while start > 0 and (before[start - 1].isalnum() or before[start - 1] in "._!#$%&'*+/=?^{|}~-"):
        start -= 1
    part = before[start:].lstrip(".!#$%&'*/=?^{|}~-")
    return part if _LOCAL.match(part) else ""


def find_ibans(plain: Plain) -> Iterator[Finding]:
    """With the right check digits; with wrong ones (a slip) if the word stands before it."""
    text, done = plain.text, 0
    for start in _IBAN_START.finditer(text):
        length = _IBAN_LENGTHS.get(start[0][:2].upper())
        if length is None or start.start() < done:
            continue
        end = _end_of(text, start.start(), length)
        if end is None:
            continue
        compact = re.sub(r"[ .\-\n]", "", text[start.start() : end])
        named = _IBAN_CUE.search(text, max(0, start.start() - 12), start.start()) is not None
        valid = _check_digits(compact) and iban.is_valid(compact)
        if valid or named:
            done = end
            yield _finding(plain, IBAN, start.start(), end, 0.99 if valid else 0.7)


def _check_digits(compact: str) -> bool:
    """ISO 7064, 97-10: quick, before the rules of the country."""
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where the `length`-th letter or digit after `start` ends; None if the word does not end there too."""
    count = 0
    for at in range(start, min(len(text), start + _LONGEST_IBAN)):
        if text[at].isascii() and text[at].isalnum():
            count += 1
            if count == length:
                return None if text[at + 1 : at + 2].isdigit() else at + 1
        elif text[at] not in " .-\n":
            return None
    return None


def find_cards(plain: Plain) -> Iterator[Finding]:
    """Payment cards by their first digits and check digit (Luhn)."""
    for match in _CARD.finditer(plain.text):
        digits = re.sub(r"\D", "", match[0])
        if _CARD_STARTS.match(digits) and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield _finding(plain, CARD, match.start(), match.end(), 0.9 if " " in match[0] or "-" in match[0] else 0.75)


def find_national_ids(plain: Plain, *, countries: frozenset[str]) -> Iterator[Finding]:
    """Numbers of persons with check digits; plain digits only in the country that has them."""
    for pattern, is_valid, country in _IDS:
        if country and country not in countries:
            continue
        for match in pattern.finditer(plain.text):
            if is_valid(match[0]):
                yield _finding(plain, NATIONAL_ID, match.start(), match.end(), 0.9)


def _finding(plain: Plain, kind: str, start: int, end: int, certainty: float) -> Finding:
    first, last = plain.span(start, end)
    return Finding(kind, first, last, plain.original[first:last], certainty)
