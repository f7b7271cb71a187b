"""What notices say: templates that are worded in the reader's language when they are sent, not when they are left.

Administrators can write a wording of their own per language: plain text with placeholders in braces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Literal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from citytandem.core.errors import Invalid
from citytandem.core.node import this_node
from citytandem.core.text import clean_line, clean_text

Parameters = Mapping[str, Any]
# Filled in by itself in every template: see `resolving.py`.
ALWAYS = ("city", "title", "text", "by")
OPEN = gettext_lazy("Open")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of a notice. `quote`: words of a person; `code`: something to type over, on a line of its own.

    `language`: of words that are not in the notice's own; empty where they are.
    """

    text: str
    looks: Literal["text", "quote", "code"] = "text"
    language: str = ""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """An iCalendar file that goes with a mail (RFC 5545); `method` as it stands in it."""

    name: str
    content: bytes
    method: str = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Template:
    """How something is worded. `subject` and `body` call gettext themselves: they run in the reader's language.

    `action`: what the button to the notice's page says. `files`: what goes with a mail of its own.
    `example`: parameters for the preview; their names are the placeholders that administrators may use.
    `now`: what ids among the parameters stand for when it is sent, in the reader's language.
    """

    name: str
    label: str | Promise
    subject: Callable[[Parameters], str]
    body: Callable[[Parameters], Sequence[Paragraph]]
    action: str | Promise = OPEN
    example: Mapping[str, str | Promise] = field(default_factory=dict)
    files: Callable[[Parameters], Sequence[CalendarFile]] | None = None
    now: Callable[[Parameters], Parameters] | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A worded notice."""

    subject: str
    body: Sequence[Paragraph]
    action: str


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A template as administrators see it: its placeholders, and what it says now with them in their places."""

    name: str
    label: str | Promise
    placeholders: Sequence[str]
    subject: str
    body: str


_templates: dict[str, Template] = {}
_whys: dict[str, str | Promise] = {}


def register_template(
    name: str,
    *,
    subject: Callable[[Parameters], str],
    body: Callable[[Parameters], Sequence[Paragraph]],
    label: str | Promise = "",
    action: str | Promise = OPEN,
    example: Mapping[str, str | Promise] | None = None,
    files: Callable[[Parameters], Sequence[CalendarFile]] | None = None,
    now: Callable[[Parameters], Parameters] | None = None,
) -> None:
    """Make a template known; the last registration of a name counts."""
    _templates[name] = Template(name, label or name, subject, body, action, dict(example or {}), files, now)


def template(name: str) -> Template:
    """A registered template; KeyError for any other."""
    return _templates[name]


def has_template(name: str) -> bool:
    """Whether there is such a template: rows outlive the module that wrote them."""
    return name in _templates


def register_why(code: str, sentence: str | Promise) -> None:
    """A reason for getting something, as a whole sentence."""
    _whys[code] = sentence


def why_sentence(code: str) -> str:
    """The sentence of a reason in the current language; empty for none."""
    return str(_whys.get(code, ""))


def word(name: str, parameters: Parameters) -> Wording:
    """The notice in the current language; an administrator's own wording of that language wins."""
    known = _templates[name]
    parameters = {**parameters, **known.now(parameters)} if known.now else parameters
    own = _own_wording(name, translation.get_language() or "en")
    subject, body = own.get("subject", ""), own.get("body", "")
    return Wording(
        clean_line(fill(subject, parameters) if subject else known.subject(parameters)),
        _paragraphs(fill(body, parameters)) if body else tuple(known.body(parameters)),
        str(known.action),
    )


def files_of(name: str, parameters: Parameters) -> Sequence[CalendarFile]:
    """What goes with a mail of this template, in the current language."""
    made = _templates[name].files
    return made(parameters) if made else ()


def templates(language: str) -> list[TemplateCard]:
    """All templates with the wording that counts in a language, placeholders in their places."""
    with translation.override(language):
        return [_card(known) for known in _templates.values()]


def preview(name: str, *, language: str, subject: str = "", body: str = "") -> Wording:
    """What a wording gives with example values; empty: the wording that counts now."""
    with translation.override(language):
        example = example_of(name)
        now = word(name, example)
        return Wording(
            clean_line(fill(subject, example)) if subject else now.subject,
            _paragraphs(fill(body, example)) if body else now.body,
            now.action,
        )


def example_of(name: str) -> dict[str, str]:
    """Parameters for a preview in the current language."""
    always = {
        "city": this_node().name,
        "title": gettext("Bins overflow at weekends"),
        "text": gettext("The bins at the market are full every Saturday."),
        "by": gettext("Resident"),
    }
    return always | {key: str(value) for key, value in _templates[name].example.items()}


def placeholders_of(name: str) -> list[str]:
    """What may stand in braces in the wording of a template."""
    return list(dict.fromkeys([*ALWAYS, *_templates[name].example]))


def check_wording(name: str, text: str, *, field: str | None = None) -> str:
    """The wording of an administrator, cleaned; raises Invalid for placeholders that the template does not have."""
    cleaned = clean_text(text)
    allowed = placeholders_of(name)
    for placeholder in _placeholders_in(cleaned, field=field):
        if placeholder not in allowed:
            raise Invalid(
                "wording.placeholder",
                gettext_lazy("{%(name)s} is not known here. Known are: %(known)s.")
                % {"name": placeholder, "known": ", ".join(f"{{{one}}}" for one in allowed)},
                field=field,
            )
    return cleaned


def _placeholders_in(text: str, *, field: str | None) -> list[str]:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise _braces(field) from error
    if any(spec or conversion for _text, _name, spec, conversion in parts):
        raise _braces(field)
    return [name for _text, name, _spec, _conversion in parts if name is not None]


def _braces(field: str | None) -> Invalid:
    return Invalid(
        "wording.braces",
        gettext_lazy("A brace is open or closed without its partner. Placeholders look like {title}."),
        field=field,
    )


def fill(text: str, parameters: Parameters) -> str:
    """Put the values in; only whole names count, so that a wording reaches nothing but its parameters."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return text
    return "".join(
        literal + ("" if name is None else str(parameters.get(name, f"{{{name}}}"))) for literal, name, *_ in parts
    )


def _paragraphs(text: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(part.strip()) for part in text.split("\n\n") if part.strip())


def _own_wording(name: str, language: str) -> Mapping[str, str]:
    known = this_node().texts.get(f"mail.{name}", {})
    found = known.get(language, {}) if isinstance(known, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _card(known: Template) -> TemplateCard:
    names = placeholders_of(known.name)
    own = _own_wording(known.name, translation.get_language() or "en")
    marks = {name: f"{{{name}}}" for name in names}
    return TemplateCard(
        name=known.name,
        label=known.label,
        placeholders=names,
        subject=own.get("subject", "") or known.subject(marks),
        body=own.get("body", "") or "\n\n".join(part.text for part in known.body(marks)),
    )
