"""Where a person lives: a street with its number, only where someone says so. Pure.

A street alone is no personal data: defect reports are full of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from citytandem.moderation.pii.model import ADDRESS, Finding
from citytandem.moderation.plain import Plain

# "I live at" in the nine languages, as people write it.
_CUE = re.compile(
    r"\b(?:ich wohne|wir wohnen|(?:er|sie) wohnt|wohne ich|wohnhaft|meine (?:adresse|anschrift)(?: ist| lautet)?|"
    r"i live|we live|(?:he|she) lives|my (?:home )?address is|residing|"
    r"j'habite|nous habitons|(?:il|elle) habite|demeurant|domicilié\w*|mon adresse est|"
    r"abito|abitiamo|(?:lui|lei) abita|residente|il mio indirizzo è|"
    r"ik woon|wij wonen|(?:hij|zij) woont|wonende|woonachtig|mijn adres is|"
    r"mieszkam|mieszkamy|mieszka|zamieszkał\w*|mój adres(?: to)?|"
    r"locuiesc|locuim|locuiește|domiciliat\w*|adresa mea este|"
    r"μένω|κατοικώ|μένουμε|μένει|η διεύθυνσή μου είναι|"
    r"живея|живеем|живее|адресът ми е)\b",
    re.IGNORECASE,
)
_SMALL = (
    "in|im|am|an|auf|der|dem|den|at|on|the|au|à|al|alla|nella|op|aan|de|het|w|we|przy|na|pe|la|în|στην|στον|στο|στη|σε|на|в|във|"
    "av|du|des|le|les|di|dei|del|della|van|sur|dans|ul|os|al|str|bd"
)
_WORD = r"[^\W\d_][^\W\d_'-]*(?:['-][^\W\d_'-]+)*\.?"
_STREET_FIRST = re.compile(
    rf"[ :,]{{1,3}}(?:(?:{_SMALL}) ){{0,3}}?(?P<address>{_WORD}(?: {_WORD}){{0,5}},?"
    r" (?:nr\.? ?|no\.? ?|№ ?)?\d{1,4}(?-i:[a-zα-ωа-я]| [A-ZΑ-ΩА-Я])?\b)"
    r"(?! ?(?:jahr|year|ans\b|anni|jaar|lat\b|ani\b|χρόνια|години|km|m\b|meter|mètre|min))",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?:(?:in|im|am|an|auf|der|dem|den|at|on|the|au|op|aan|de|het|w|we|przy|na|pe|la|în|στην|στον|στο|στη|σε|на|в|във) )+",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    rf"[ :,]{{1,3}}(?:at |au |op )?(?P<address>\d{{1,4}}[a-zA-Z]?,? (?:bis,? |ter,? )?"
    rf"(?:{_WORD} ){{0,1}}(?:(?:{_SMALL}|l') ?){{0,3}}"
    r"[A-ZÀ-Ý][\w'-]+(?: [A-ZÀ-Ý][\w'-]+){0,3})"
)
_REACH = 110
_STREETS = re.compile(
    r"straße|strasse|str\b|gasse|weg\b|platz|allee|ufer|damm|\bring\b|hof\b|street|road|\bst\b|\brd\b|avenue|lane|close|drive|"
    r"court|terrace|square|gardens|crescent|\brue\b|boulevard|\bbd\b|chemin|impasse|quai|place|allée|\bvia\b|viale|piazza|"
    r"corso|vicolo|largo|straat|laan|plein|kade|gracht|singel|dijk|dreef|\bul\b|ulic|\bal\b|alej|plac|osiedl|\bos\b|strada|"
    r"\bstr\b|bulevard|aleea|calea|piața|șoseaua|οδό|οδος|λεωφ|πλατεία|\bул\b|улица|бул|площад|\bжк\b|\bкв\b",
    re.IGNORECASE,
)


def find_addresses(plain: Plain) -> Iterator[Finding]:
    """Street and number after "I live at"."""
    text = plain.text
    for cue in _CUE.finditer(text):
        window = min(len(text), cue.end() + _REACH)
        for pattern in (_NUMBER_FIRST, _STREET_FIRST):
            match = pattern.match(text, cue.end(), window)
            if match and _STREETS.search(match["address"]):
                lead = _PREPOSITION.match(match["address"])
                begin = match.start("address") + (lead.end() if lead else 0)
                start, end = plain.span(begin, match.end("address"))
                yield Finding(ADDRESS, start, end, plain.original[start:end], 0.8)
                break
