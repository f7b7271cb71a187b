"""YAML that strangers wrote, as plain values with their lines. Pure.

Guards: size, depth, number of values and characters after aliases are followed ("billion laughs"), keys given twice.
Words stay words: `0.10` is not 0.1, `NO` is Norway; only true, false and null mean something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Invalid
from citytandem.core.text import clean_text

MOST_BYTES = 200_000
DEEPEST = 20
MOST_VALUES = 20_000
MOST_CHARACTERS = 1_000_000
MOST_KEY = 100
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people should look at. `field` as `maintenance.contractors.0.until`."""

    code: str
    message: str | Promise
    field: str = ""
    line: int | None = None


@dataclass(slots=True)
class Document:
    """The values of a file, and on which line each of them stands."""

    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def at(self, path: str) -> Any:
        """The value under `a.b.0`, or None."""
        value: Any = self.values
        for part in path.split("."):
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                return None
        return value

    def notice(self, code: str, message: str | Promise, path: str) -> None:
        """Note something about the value under `path`."""
        self.notices.append(Notice(f"publiccode.{code}", message, path, self.lines.get(path)))

    def text(self, path: str) -> str:
        """A text; empty where there is none, with a notice where there is something else."""
        value = self.at(path)
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, bool):
            return "true" if value else "false"
        self._unexpected(path)
        return ""

    def texts(self, path: str) -> list[str]:
        """A list of texts; a single text counts as a list of one."""
        value = self.at(path)
        if isinstance(value, str):
            return [value] if value else []
        if not isinstance(value, list):
            if value is not None:
                self._unexpected(path)
            return []
        return [item for index in range(len(value)) if (item := self.text(f"{path}.{index}"))]

    def rows(self, path: str) -> list[str]:
        """Paths of the entries of a list of mappings."""
        value = self.at(path)
        if not isinstance(value, list):
            if value is not None:
                self._unexpected(path)
            return []
        return [f"{path}.{index}" for index, item in enumerate(value) if isinstance(item, dict)]

    def keys(self, path: str) -> list[str]:
        """Keys of a mapping, in the order of the file."""
        value = self.at(path)
        if isinstance(value, dict):
            return list(value)
        if value is not None:
            self._unexpected(path)
        return []

    def _unexpected(self, path: str) -> None:
        self.notice("unexpected", _("This is written in another way than expected, and was left out."), path)


def read_document(text: str) -> Document:
    """The values of a YAML mapping; raises Invalid with the line."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise invalid("too_large", _("This file is too large: at most 200 KB."))
    if "\ufffd" in text:
        # What a reader puts in place of bytes that are no UTF-8.
        raise invalid("encoding", _("This file is not in UTF-8: some of its letters cannot be read. Save it as UTF-8."))
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        raise invalid("syntax", _SYNTAX, line=text.count("\n", 0, error.position) + 1) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise invalid("syntax", _SYNTAX, line=mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError, IndexError, OverflowError, RecursionError) as error:
        raise invalid("syntax", _SYNTAX) from error
    if not isinstance(node, yaml.MappingNode):
        raise invalid("not_a_file", _("This is not a publiccode.yml: it does not consist of fields and values."))
    builder = _Builder()
    return Document(builder.mapping(node, "", 0), builder.lines)


_SYNTAX = _("This is not valid YAML.")
_TOO_DEEP = _("This file is nested too deeply.")
_TOO_MANY = _("This file grows too large where its parts are put together.")


class _Loader(yaml.SafeLoader):
    """Only composes nodes (no objects are made), not deeper and not more of them than we read."""

    depth = 0
    composed = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.depth += 1
        self.composed += 1
        if self.depth > DEEPEST or self.composed > 2 * MOST_VALUES:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            code, message = ("too_deep", _TOO_DEEP) if self.depth > DEEPEST else ("too_large", _TOO_MANY)
            raise invalid(code, message, line=event.start_mark.line + 1)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Builder:
    """Nodes to plain values. Aliases are followed, so every step is counted."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.values = 0
        self.characters = 0

    def mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise invalid("key", _("The name of a field has to be a plain word."), path=path, line=line)
            key = clean_text(key_node.value)[:MOST_KEY]
            here = f"{path}.{key}" if path else key
            if key in values:
                raise invalid("duplicate_key", _("This field is given twice."), path=here, line=line)
            values[key] = self.value(value_node, here, depth + 1)
            self.lines[here] = line
        return values

    def value(self, node: yaml.Node, path: str, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.values += 1
        if depth > DEEPEST:
            raise invalid("too_deep", _TOO_DEEP, line=line)
        if self.values > MOST_VALUES or self.characters > MOST_CHARACTERS:
            raise invalid("too_large", _TOO_MANY, line=line)
        self.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{path}.{index}", depth + 1) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - there is no fourth kind of node
        self.characters += len(node.value)
        word = node.value.lower()
        return _WORDS[word] if node.style is None and word in _WORDS else clean_text(node.value)


def invalid(code: str, message: str | Promise, *, path: str = "", line: int | None = None) -> Invalid:
    """An error in the file, with its line in the message."""
    field_name = path or "yaml"
    if line is None:
        return Invalid(f"publiccode.{code}", message, field=field_name)
    told = _("Line %(line)s: %(message)s") % {"line": line, "message": message}
    return Invalid(f"publiccode.{code}", told, field=field_name, line=line)
