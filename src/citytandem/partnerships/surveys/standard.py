"""The standard questionnaire: method, networking, impulses, added value. The same questions for every programme compare.

Statements to agree with, so that their share of agreement reads the same everywhere; one open question for each topic
that needs words. Texts are English here; `standard_questions` gives them in all languages of the catalogues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, override

from citytandem.core.languages import LANGUAGES
from citytandem.core.versions import Translations, translations

TOPICS = {
    "method": gettext_lazy("Method"),
    "networking": gettext_lazy("Networking"),
    "impulses": gettext_lazy("Impulses"),
    "added_value": gettext_lazy("Added value"),
}
DISAGREE, AGREE = gettext_lazy("Do not agree at all"), gettext_lazy("Agree entirely")
LEAST, MOST = 1, 5


@dataclass(frozen=True, slots=True)
class Standard:
    """A question of the standard questionnaire. `options`: (key, text)."""

    key: str
    topic: str
    kind: str
    text: Any
    options: Sequence[tuple[str, Any]] = ()


QUESTIONS: Sequence[Standard] = (
    Standard("method_match", "method", "scale", gettext_lazy("Our partner city was well chosen for us.")),
    Standard("method_format", "method", "scale", gettext_lazy("The meetings were well prepared and moderated.")),
    Standard("method_effort", "method", "scale", gettext_lazy("What came out was worth the effort.")),
    Standard("method_language", "method", "scale", gettext_lazy("We could make ourselves understood.")),
    Standard("method_better", "method", "text", gettext_lazy("What should be done in another way next time?")),
    Standard(
        "networking_known", "networking", "scale", gettext_lazy("We know people in other cities whom we can simply call.")
    ),
    Standard("networking_others", "networking", "scale", gettext_lazy("We also learned from cities beyond our partner.")),
    Standard(
        "networking_ways", "networking", "multi", gettext_lazy("Which ways of meeting helped your city?"),
        (
            ("visits", gettext_lazy("Visits on site")), ("video", gettext_lazy("Video meetings")),
            ("workshops", gettext_lazy("Workshops of the programme")), ("conferences", gettext_lazy("Conferences")),
            ("direct", gettext_lazy("Calls and messages between two people")),
        ),
    ),
    Standard("impulses_ideas", "impulses", "scale", gettext_lazy("We took home ideas that we would not have had.")),
    Standard("impulses_started", "impulses", "scale", gettext_lazy("We have begun something because of the exchange.")),
    Standard("impulses_what", "impulses", "text", gettext_lazy("What did you take over, or begin?")),
    Standard("value_work", "added_value", "scale", gettext_lazy("The exchange makes our daily work better.")),
    Standard("value_council", "added_value", "scale", gettext_lazy("Our mayor and council see the use of it.")),
    Standard(
        "value_again", "added_value", "choice", gettext_lazy("Would your city take part again?"),
        (("yes", gettext_lazy("Yes")), ("perhaps", gettext_lazy("Perhaps")), ("no", gettext_lazy("No"))),
    ),
    Standard("value_hours", "added_value", "number", gettext_lazy("How many hours a month did your city spend on it?")),
    Standard("value_more", "added_value", "text", gettext_lazy("What else do you want to say?")),
)  # fmt: skip


def standard_questions() -> list[dict[str, Any]]:
    """The columns of each question, texts in all languages."""
    return [columns_of(question) for question in QUESTIONS]


def in_all_languages(text: Any) -> Translations:
    """A text of ours in the stored shape."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(text)
    return translations(**found)


def columns_of(question: Standard) -> dict[str, Any]:
    """The columns of a question, texts in all languages."""
    columns: dict[str, Any] = {
        "key": question.key, "topic": question.topic, "kind": question.kind, "text": in_all_languages(question.text),
        "options": [{"key": key, "text": in_all_languages(text)} for key, text in question.options],
    }  # fmt: skip
    if question.kind == "scale":
        columns |= {"least": LEAST, "most": MOST, "low": in_all_languages(DISAGREE), "high": in_all_languages(AGREE)}
    if question.kind == "number":
        columns |= {"least": 0, "most": 744}
    return columns
