"""Links in a text, also without a scheme, and hosts in the one form in which they can be compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from citytandem.moderation.plain import Plain

# Top-level domains a host without scheme is known by; "in", "is", "so" end sentences without a space too often.
_ENDS = (
    "com|net|org|info|biz|eu|de|at|ch|fr|it|nl|be|lu|pl|ro|gr|bg|uk|ie|io|co|me|tv|cc|ru|cn|tk|ml|ga|cf|gq|top|xyz|shop|online|"
    "site|website|club|app|dev|ly|gl|gd|link|click|live|store|space|fun|icu|vip|win|bid|loan|work|tech|pro|mobi|name|es|pt|cz|"
    "sk|hu|hr|si|dk|se|no|fi|us|ca|рф|бг|ею|ευ|ελ|укр|xn--[a-z0-9-]{2,59}"
)
_DOT = r"(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\)|\(punkt\)|\[punkt\])"
_WITH_SCHEME = re.compile(r"\b(?:https?|hxxps?|ftp)://[^\s<>\"'“”»|\\^`{}]{1,2000}", re.IGNORECASE)
_HOST = rf"(?:[^\W_](?:[\w-]{{0,61}}){_DOT}){{1,8}}"
_BARE = re.compile(
    rf"(?<![\w@.:/-])(?:www{_DOT})?{_HOST}(?:{_ENDS})(?![\w@-])(?::\d{{1,5}})?(?:[/?#][^\s<>\"']{{0,500}})?",
    re.IGNORECASE,
)
_WWW = re.compile(
    rf"(?<![\w@.:/-])www{_DOT}{_HOST}[^\W\d_]{{2,24}}(?![\w@-])(?:[/?#][^\s<>\"']{{0,500}})?", re.IGNORECASE
)
_CLOSING = ".,;:!?)]}'\"»“”…"
_PART = re.compile(r"[/?#\\]")
# Letters of other scripts that look like Latin ones (Unicode TR 39), as far as hosts use them.
LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝькмнтвгпαορνικτυγεηωχßøłđıɡ０１",
    "aeopcyxijshdqwbkmhtbrnaopviktuyenwxbolqig01".replace("q", "q"),
) | str.maketrans({"đ": "d"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands in the text: `original[start:end]`, and its host in comparable form."""

    start: int
    end: int
    host: str


def links(plain: Plain) -> list[Link]:
    """All links in the order of the text; an e-mail address is none."""
    found: list[Link] = []
    taken = 0
    matches = [match for pattern in (_WITH_SCHEME, _WWW, _BARE) for match in pattern.finditer(plain.text)]
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        if match.start() < taken:
            continue
        whole = match[0].rstrip(_CLOSING)
        name = host(whole)
        if name:
            taken = match.start() + len(whole)
            start, end = plain.span(match.start(), taken)
            found.append(Link(start, end, name))
    return found


def host(link: str) -> str:
    """Host of a link or host as typed: small letters, Unicode instead of punycode, no user, port or last dot."""
    rest = re.sub(r"\[\.\]|\(\.\)|[\[(](?:dot|punkt)[\])]", ".", link.strip(), flags=re.IGNORECASE)
    rest = re.sub(r"\A[a-z][a-z0-9+.-]*://", "", rest, flags=re.IGNORECASE).removeprefix("//")
    rest = _PART.split(rest, maxsplit=1)[0].rpartition("@")[2].lower()
    rest = re.sub(r":\d*\Z", "", unicodedata.normalize("NFKC", rest)).strip(".")
    return ".".join(_readable(label) for label in rest[:300].split(".")).removeprefix("www.")


def _readable(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except (UnicodeError, ValueError, OverflowError):
        return label


def skeleton(name: str) -> str:
    """What a host looks like: "раураl.com" with Cyrillic letters is like "paypal.com" with Latin ones."""
    bare = unicodedata.normalize("NFD", name.lower().translate(LOOK_ALIKES))
    return "".join(c for c in bare if not unicodedata.combining(c)).replace("rn", "m").translate(_DIGITS)


_DIGITS = str.maketrans({"0": "o", "1": "l", "i": "l"})


def belongs(name: str, domain: str) -> bool:
    """Whether a host is the domain or below it."""
    return name == domain or name.endswith("." + domain)
