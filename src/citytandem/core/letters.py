"""Letters by e-mail for modules that stand below the one that delivers them: that one says at the start how it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise

# Under this prefix the node keeps the administrator's own wordings: `texts["mail.NAME"][language]`.
PREFIX = "mail."


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a module below. `{name}` in subject and body is filled in; `example` has a value for each name.

    The body's paragraphs are parted by empty lines. `action`: what the button to the page says that the letter is about.
    """

    name: str
    label: str | Promise
    subject: str | Promise
    body: str | Promise
    action: str | Promise
    example: Mapping[str, str | Promise] = field(default_factory=dict)


class Template(Protocol):
    """A letter as administrators see it: what may stand in braces, and what it says now."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str | Promise: ...
    @property
    def placeholders(self) -> Sequence[str]: ...
    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...


class Preview(Protocol):
    """A letter as it would arrive; the body in paragraphs, each with its `text`."""

    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> Sequence[Any]: ...
    @property
    def action(self) -> str: ...


class Post(Protocol):
    """Whoever delivers letters."""

    def send(
        self, *, to: str, template: str, language: str, parameters: Mapping[str, Any], path: str = "", once: str = ""
    ) -> None:
        """Leave a letter to one address, within the surrounding transaction."""
        ...

    def templates(self, language: str) -> Sequence[Template]:
        """All templates with the wording that counts in a language."""
        ...

    def check(self, name: str, text: str, *, field: str) -> str:
        """A wording, tidied up; raises Invalid."""
        ...

    def preview(self, name: str, *, language: str, subject: str = "", body: str = "") -> Preview:
        """What a wording gives with example values; empty: the wording that counts now."""
        ...


_letters: dict[str, Letter] = {}
_posts: list[Post] = []


def register(letter: Letter) -> None:
    """Make a letter known; the last registration of a name counts."""
    _letters[letter.name] = letter


def letters() -> list[Letter]:
    """All letters of modules below, for whoever delivers them."""
    return list(_letters.values())


def deliver_by(post: Post) -> None:
    """From now on letters go this way."""
    _posts[:] = [post]


def post() -> Post:
    """Whoever delivers letters; IndexError while nobody does, which a node with all its modules never sees."""
    return _posts[0]
