"""Changing what the node is set up for: each field checked, two who change at once told of each other, all of it logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.administration.contrast import LEAST, WHITE, contrast, is_colour, nearest_passing, told
from citytandem.accounts.administration.filters import host_lines, word_lines
from citytandem.accounts.administration.texts import LONGEST_TEXT, city_text_named
from citytandem.accounts.holdings import holdings
from citytandem.accounts.privacy.periods import LONGEST
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.shared import refuse_of_the_demo
from citytandem.core import letters
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.languages import LANGUAGES, is_language
from citytandem.core.models import LONGEST_NAME, Node
from citytandem.core.node import forget_node, this_node
from citytandem.core.permissions import require
from citytandem.core.switches import switches
from citytandem.core.text import clean_line, clean_text
from citytandem.core.themes import themes

# Who the city names as its contact may be a person, and lists are long: the log says that they changed, not into what.
_LENGTH_ONLY = frozenset({"contact_name", "contact_email", "contact_address", "blocked_words", "blocked_hosts"})


@transaction.atomic
def node_change(*, version: int, changes: Mapping[str, Any], by: Actor) -> int:
    """Change some fields of the node; returns the new version. What stays the same is not logged.

    `version` is the one that was seen. Raises Forbidden, Invalid, and Conflict if somebody was quicker.
    """
    require("accounts.administer", by)
    row = _locked(version)
    checked = {name: _CHECKS[name](row, value) for name, value in changes.items()}
    before = {name: getattr(row, name) for name in checked}
    different = {name: value for name, value in checked.items() if before[name] != value}
    if not different:
        return row.version
    if "periods" in different and _is_shorter(different["periods"], before=row.periods):
        refuse_of_the_demo(by)
    for name, value in different.items():
        setattr(row, name, value)
    facts: dict[str, Any] = {name: [before[name], new] for name, new in different.items() if name not in _LENGTH_ONLY}
    lengths = {name: [len(before[name]), len(new)] for name, new in different.items() if name in _LENGTH_ONLY}
    return _save(row, by=by, what="node.changed", facts=facts | ({"lengths": lengths} if lengths else {}))


@transaction.atomic
def logo_set(*, version: int, content: bytes | None, key: str, alt: str, by: Actor) -> int:
    """Put up a logo, or take it down (None). Raises Forbidden, Invalid without a description, Conflict."""
    require("accounts.administer", by)
    row = _locked(version)
    description = clean_line(alt)
    if content is not None and not description:
        raise Invalid(
            "logo.alt", _("Say in a few words what the logo shows, for people who do not see it."), field="alt"
        )
    if len(description) > 200:
        raise Invalid("logo.alt", _("This description is too long: at most 200 characters."), field="alt")
    before = row.logo_key
    row.logo, row.logo_key, row.logo_alt = content, key if content else "", description if content else ""
    return _save(row, by=by, what="node.logo_changed", facts={"logo_key": [before, row.logo_key]})


@transaction.atomic
def text_set(*, version: int, name: str, language: str, text: str, by: Actor) -> int:
    """Write one of the city's own texts in one language; empty takes it down. Raises Forbidden, NotFound, Invalid, Conflict."""
    require("accounts.administer", by)
    if city_text_named(name) is None or not is_language(language):
        raise NotFound("text.unknown", _("There is no such text."))
    cleaned = clean_text(text)
    if len(cleaned) > LONGEST_TEXT:
        message = _("This text is too long: at most %(max_length)s characters.") % {"max_length": LONGEST_TEXT}
        raise Invalid("text.too_long", message, field="text")
    row = _locked(version)
    versions = dict(row.texts.get(name, {}))
    before = versions.pop(language, {}).get("text", "")
    if cleaned:
        versions[language] = {"text": cleaned, "by": "human"}
    return _save_text(row, name, versions, by=by, what="node.text_changed", changes={language: (before, cleaned)})


@transaction.atomic
def mail_set(*, version: int, name: str, language: str, subject: str, body: str, by: Actor) -> int:
    """Word a letter anew in one language; both empty: the wording that came with the software counts again.

    Raises Forbidden, NotFound, Invalid for placeholders that the letter does not have, Conflict.
    """
    require("accounts.administer", by)
    # Letters go out in the city's name to real people.
    refuse_of_the_demo(by)
    known = {one.name for one in letters.post().templates(language)} if is_language(language) else set()
    if name not in known:
        raise NotFound("text.unknown", _("There is no such text."))
    wording = {
        "subject": clean_line(letters.post().check(name, subject, field="subject")),
        "body": letters.post().check(name, body, field="body"),
    }
    for field, most in (("subject", 200), ("body", 5_000)):
        if len(wording[field]) > most:
            message = _("This text is too long: at most %(max_length)s characters.") % {"max_length": most}
            raise Invalid("text.too_long", message, field=field)
    row = _locked(version)
    key = letters.PREFIX + name
    versions = dict(row.texts.get(key, {}))
    before = versions.pop(language, {})
    after = {field: text for field, text in wording.items() if text}
    if after:
        versions[language] = after
    changes = {f"{language}.{field}": (before.get(field, ""), after.get(field, "")) for field in wording}
    return _save_text(row, key, versions, by=by, what="node.mail_changed", changes=changes)


def _save_text(
    row: Node, key: str, versions: dict[str, Any], *, by: Actor, what: str, changes: Mapping[str, tuple[str, str]]
) -> int:
    """The log keeps how long the texts were, not the texts: an officer's name in them could never be erased there."""
    different = {part: (before, after) for part, (before, after) in changes.items() if before != after}
    if not different:
        return row.version
    row.texts = {name: text for name, text in {**row.texts, key: versions}.items() if text}
    lengths = {part: [len(before), len(after)] for part, (before, after) in different.items()}
    return _save(row, by=by, what=what, facts={"text": key, "lengths": lengths})


def _locked(version: int) -> Node:
    """The node's row, which is made if nobody has set it up yet."""
    now = this_node()
    Node.objects.get_or_create(id=1, defaults={"name": now.name, "language": now.language})
    row = Node.objects.select_for_update().get(id=1)
    if row.version != version:
        raise Conflict(
            "node.changed_meanwhile",
            _("Somebody else has changed the settings in the meantime. Yours are kept below; compare and save again."),
            current_version=row.version,
        )
    return row


def _save(row: Node, *, by: Actor, what: str, facts: Mapping[str, Any]) -> int:
    row.version += 1
    row.save()
    entry_add(what, by=by, kind="node", facts=facts)
    forget_node()
    # A page asked for in between may have remembered the old one.
    transaction.on_commit(forget_node)
    return row.version


# --- what each field takes --------------------------------------------------------------------------------------------


def _name(_row: Node, value: Any) -> str:
    name = clean_line(value)
    if not 1 <= len(name) <= LONGEST_NAME:
        message = _("A name has at least one character, and at most %(max_length)s.") % {"max_length": LONGEST_NAME}
        raise Invalid("node.name", message, field="name")
    return name


def _language(row: Node, value: Any) -> str:
    if not is_language(value):
        raise Invalid("language.unknown", _("This is not one of the nine languages."), field="language")
    if value not in row.languages:
        # The city's own language cannot be one that it does not offer.
        row.languages = [code for code in LANGUAGES if code in {*row.languages, value}]
    return str(value)


def _languages(row: Node, value: Any) -> list[str]:
    chosen = [code for code in LANGUAGES if code in set(value)]
    if row.language not in chosen:
        raise Invalid(
            "languages.own",
            _("The city's own language cannot be switched off. Choose another one first."),
            field="languages",
        )
    return chosen


def _hidden_themes(_row: Node, value: Any) -> list[str]:
    hidden = set(value)
    leaves = [theme.id for theme in themes().values() if theme.broader]
    if hidden - set(leaves):
        raise Invalid("theme.unknown", _("There is no such theme."), field="themes")
    if hidden == set(leaves):
        raise Invalid("themes.none", _("At least one theme has to be offered."), field="themes")
    return [theme for theme in leaves if theme in hidden]


def _colour(_row: Node, value: Any) -> str:
    colour = str(value).strip().lower()
    if not colour:
        return ""
    if not is_colour(colour):
        raise Invalid("colour.shape", _("A colour is written as # and six digits, like #004c93."), field="colour")
    if contrast(colour, WHITE) < LEAST:
        better = nearest_passing(colour, (WHITE,))
        message = _(
            "White letters on this colour cannot be read by everybody: the contrast is %(ratio)s, and 4.5 is needed."
            " The nearest shade that can be read is %(better)s."
        ) % {"ratio": told(contrast(colour, WHITE)), "better": better}
        raise Invalid("colour.contrast", message, field="colour", nearest=better)
    return colour


def _line(field: str, most: int) -> Callable[[Node, Any], str]:
    def check(_row: Node, value: Any) -> str:
        line = clean_line(value)
        if len(line) > most:
            message = _("This text is too long: at most %(max_length)s characters.") % {"max_length": most}
            raise Invalid("text.too_long", message, field=field)
        return line

    return check


def _email(_row: Node, value: Any) -> str:
    address = clean_line(value)
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise Invalid("mail.address", _("This is not an e-mail address."), field="contact_email") from error
    return address


def _address(_row: Node, value: Any) -> str:
    text = clean_text(value)
    if len(text) > 1_000:
        message = _("This text is too long: at most %(max_length)s characters.") % {"max_length": 1_000}
        raise Invalid("text.too_long", message, field="contact_address")
    return text


def _switches(row: Node, value: Any) -> dict[str, bool]:
    known = {switch.name: switch.is_on for switch in switches()}
    chosen = {name: bool(is_on) for name, is_on in value.items() if name in known}
    # Only what differs from the default is kept, and what modules that are not there now have left.
    others = {name: is_on for name, is_on in row.switches.items() if name not in chosen}
    return {**others, **{name: is_on for name, is_on in chosen.items() if is_on != known[name]}}


def _periods(row: Node, value: Any) -> dict[str, int]:
    known = {holding.name: holding.days for holding in holdings() if holding.days is not None}
    shortest = {holding.name: holding.shortest for holding in holdings()}
    chosen = {name: days for name, days in value.items() if name in known}
    for name, days in chosen.items():
        least = shortest[name]
        if days is not None and not least <= days <= LONGEST:
            message = _("From %(least)s to %(most)s days.") % {"least": least, "most": LONGEST}
            raise Invalid("period.range", message, field=name)
    others = {name: days for name, days in row.periods.items() if name not in chosen}
    return {**others, **{name: days for name, days in chosen.items() if days is not None and days != known[name]}}


def _is_shorter(periods: Mapping[str, int], *, before: Mapping[str, int]) -> bool:
    """Whether something would now be kept less long than it comes with."""
    known = {holding.name: holding.days for holding in holdings() if holding.days is not None}
    return any(days < known.get(name, 0) and days != before.get(name) for name, days in periods.items())


_CHECKS: dict[str, Callable[[Node, Any], Any]] = {
    "name": _name,
    "language": _language,
    "languages": _languages,
    "hidden_themes": _hidden_themes,
    "colour": _colour,
    "contact_name": _line("contact_name", 200),
    "contact_email": _email,
    "contact_address": _address,
    "switches": _switches,
    "periods": _periods,
    "blocked_words": lambda _row, value: word_lines(value),
    "blocked_hosts": lambda _row, value: host_lines(value),
}
