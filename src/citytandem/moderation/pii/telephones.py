"""Telephone numbers of persons, by phonenumbers; not dates, amounts, file numbers or service numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType

from citytandem.moderation.pii.model import TELEPHONE, Finding
from citytandem.moderation.plain import Plain

REGIONS = {
    "de": ("DE", "AT", "CH", "LU"), "en": ("GB", "IE"), "fr": ("FR", "BE", "LU", "CH"), "it": ("IT", "CH"),
    "nl": ("NL", "BE"), "pl": ("PL",), "ro": ("RO", "MD"), "el": ("GR", "CY"), "bg": ("BG",),
}  # fmt: skip
# A stretch of digits and what stands between the groups of a number; longer than any number with its extension.
_STRETCH = re.compile(
    r"(?<![\w])[+(]?[(]?\d(?:[ ]{0,2}[/().\-–][ ]{0,2}[/().\-]?|[ \n]{0,2})"
    r"(?:\d(?:[ ]?[/().\-–][ ]?[/().\-]?|[ \n]?)){4,22}(?<=[\d)])",
    re.ASCII,
)
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ /–-]+(?:19|20)?\d\d)+\Z")
_CLOCK = re.compile(r"\d{1,2}[.:]\d\d ?[-–] ?\d{1,2}[.:]\d\d\Z")
_NO_NUMBER_BEFORE = re.compile(
    r"(?:#|№|§|[€$£]|\b(?:nr|no|num|az|aktenzeichen|geschäftszeichen|vorgang\w*|\w*nummer|ref\w*|ticket|case|id|isbn|issn|"
    r"plz|postleitzahl|rechnung|konto|blz|kundennr|dossier|numéro|pratica|protocollo|sprawa|nip|regon|krs|cui|dosar|"
    r"nrcrt|еик|вх|изх|преписка|пр|αφμ|αρ|πρωτ|zaaknummer|kenmerk|zaak|meldung|bearbeitungs\w*|steuer\w*|eur|euro)"
    r"[.:]? ?(?:nr|no)?[.:]? ?)\Z",
    re.IGNORECASE,
)
_NO_NUMBER_AFTER = re.compile(
    r" ?(?:€|\$|£|%|°|eur\b|euro|chf|zł|pln|zl\b|lei\b|ron\b|лв|bgn|mio|mrd|mill?ion|milliard|millj|tsd|tys|mln|kwh|mwh|gwh|"
    r"km\b|m²|m2\b|qm\b|m³|kg\b|t\b|tonnen|tonnes|einwohner|stück|people|habitants|abitanti|personen|ευρώ|χιλ|inwoners|ha\b|"
    r"mieszka|locuitori|жители|uhr\b|h\b)",
    re.IGNORECASE,
)
# An identifier (RFC 9562), as addresses of pages have them: its groups look like numbers now and then.
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.ASCII | re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:tel|fon|phone|mobil|handy|cell|call|anruf|ruf|erreich|whatsapp|viber|signal|sms|fax|ring|gsm|appel|portable|chiam|"
    r"numero di|bel|nummer is|dzwo|kom|zadzwo|nr tel|sun[aă]|apel|τηλ|κιν|καλ|тел|моб|обад|звън|джиесем|contact|kontakt|"
    r"m'appel|l'appel|chiamatemi)",
    re.IGNORECASE,
)
_CUE_REACH = 30
_PERSONAL = {
    PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.PAGER,
}  # fmt: skip
_FEWEST_DIGITS = 7
_MOST_GROUPS = 7
_GROUP = re.compile(r"\d+")


def find_telephones(plain: Plain, *, language: str, country: str) -> Iterator[Finding]:
    """Numbers that a person could be called on, in the numbering plans of the country and of the language."""
    text = _UUID.sub(lambda found: "x" * len(found[0]), plain.text)
    regions = tuple(dict.fromkeys((country, *REGIONS.get(language, ()))))
    for stretch in _STRETCH.finditer(text):
        start, end = stretch.span()
        groups = _GROUP.findall(stretch[0])
        if (
            len("".join(groups)) < _FEWEST_DIGITS
            or len(groups) > _MOST_GROUPS
            or text[end : end + 1].isalnum()
            or not _in_place(text, start, end)
        ):
            continue
        cue = _CUE.search(text, max(0, start - _CUE_REACH), start) is not None
        found = _number(stretch[0].replace("\n", " "), regions=regions, cue=cue)
        if found:
            first, last = plain.span(start + found[0], start + found[1])
            yield Finding(TELEPHONE, first, last, plain.original[first:last], found[2])


def _in_place(text: str, start: int, end: int) -> bool:
    """Not a date, a span of years, an amount, or the number of a file."""
    whole = text[start:end]
    if _DATE.search(whole) or _YEARS.match(whole) or _CLOCK.match(whole):
        return False
    if re.match(r"[,:]\d", text[end : end + 2]) or re.search(r"\d[.,:]\Z", text[max(0, start - 2) : start]):
        return False
    if _NO_NUMBER_AFTER.match(text, end):
        return False
    before = text[max(0, start - 25) : start]
    return not _NO_NUMBER_BEFORE.search(before) or _CUE.search(before) is not None


def _number(stretch: str, *, regions: tuple[str, ...], cue: bool) -> tuple[int, int, float] | None:
    """(start, end, certainty) of the number inside a stretch; None if it is none in any of the regions."""
    international = stretch.startswith(("+", "(+", "00"))
    for region in regions[:1] if international else regions:
        for match in PhoneNumberMatcher(stretch, region, leniency=Leniency.VALID, max_tries=3):
            if phonenumbers.number_type(match.number) not in _PERSONAL:
                return None
            if international:
                return match.start, match.end, 0.95
            certainty = _national(match.raw_string, region=region, cue=cue, kind=phonenumbers.number_type(match.number))
            if certainty:
                return match.start, match.end, certainty
    return None


def _national(raw: str, *, region: str, cue: bool, kind: int) -> float:
    """How sure a number without the country's code is: a cue before it, the leading zero, the usual groups."""
    if cue:
        return 0.9
    digits = re.sub(r"\D", "", raw)
    if digits.startswith("0"):
        grouped = re.search(r"\d[ /().-]+\d", raw) is not None
        return 0.85 if grouped or kind == PhoneNumberType.MOBILE or len(digits) >= 10 else 0.0
    groups = [len(group) for group in re.split(r"\D+", raw) if group]
    if region == "PL":
        return 0.7 if groups in ([3, 3, 3], [2, 3, 2, 2]) or (groups == [9] and kind == PhoneNumberType.MOBILE) else 0.0
    if region in {"GR", "CY"}:
        return 0.7 if len(digits) == 10 and digits[0] in "26" else 0.0
    if region == "IT":
        return 0.7 if len(digits) in {9, 10} and digits[0] == "3" else 0.0
    return 0.0
