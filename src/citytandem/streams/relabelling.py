"""Words that stand under the wrong language: found, and put right. Pure: no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citytandem.core.versions import human_versions


def same_words(record: Any, *, title: str, text: str | None, language: str) -> str:
    """The other language under which people's very same title and text stand; empty if there is none.

    `text` None: nothing was said of the text. Then it is no correction: a name is the same in many languages. Nor is it
    one where people have written in `language` already.
    """
    has_own = language in human_versions(record.title) or language in human_versions(record.text)
    return "" if text is None or has_own else next(iter(_twins(record, title=title, text=text)), "")


def is_taken(record: Any, *, title: str, text: str | None, language: str) -> bool:
    """Whether words that stand under another language would replace different ones that people wrote in this language.

    That happens to who only meant to correct a language; a translation of a text is never the same, word for word. Where
    there is no text but a title, it may be: many names are the same everywhere.
    """
    twins = _twins(record, title=title, text=text) if text else []
    return bool(twins) and language not in twins and language in human_versions(record.title)


def _twins(record: Any, *, title: str, text: str) -> list[str]:
    """The languages under which people have written exactly this."""
    texts = human_versions(record.text)
    titles = human_versions(record.title)
    return [code for code in titles if (titles[code]["text"], texts.get(code, {}).get("text", "")) == (title, text)]


def relabel(record: Any, *, wrong: str, right: str) -> None:
    """What stood as `wrong` is in `right`, wherever the record holds texts of people; the record is not saved.

    A different version that people wrote in `right` stays, and so does the wrong one then; a machine's gives way.
    """
    record.title, record.text = _moved(record.title, wrong, right), _moved(record.text, wrong, right)
    if getattr(record, "frame_conditions", None):
        record.frame_conditions = conditions_moved(record.frame_conditions, wrong=wrong, right=right)
    if record.language == wrong:
        record.language = right


def conditions_moved(conditions: Mapping[str, Any], *, wrong: str, right: str) -> dict[str, Any]:
    """Frame conditions whose versions in `wrong` are in `right`."""
    return {name: _moved(versions, wrong, right) for name, versions in conditions.items()}


def _moved(versions: Any, wrong: str, right: str) -> Any:
    people = human_versions(versions)
    if wrong not in people or (right in people and people[right]["text"] != people[wrong]["text"]):
        return versions
    return {**{code: version for code, version in versions.items() if code not in {wrong, right}}, right: people[wrong]}
