"""Every reason of the match can be said, in every language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

from citytandem.core.languages import LANGUAGES, NATIVE_NAMES
from citytandem.core.themes import leaf_themes
from citytandem.streams import match, matching, wording
from citytandem.streams.matching import LIKELY, POSSIBLE, Reason
from citytandem.streams.models import FRAME_CONDITIONS

EXAMPLES = [
    Reason("themes", {"themes": "waste"}),
    Reason("themes", {"themes": "waste,sensors-and-iot"}),
    Reason("words", {"words": "Mülleimer, Markt"}),
    Reason("phrase", {"phrase": "Sensors tell when a bin is full."}),
    Reason("meaning"),
    Reason("proven", {"cities": "Utrecht", "count": 1}),
    Reason("proven", {"cities": "Utrecht, Sofia, Basel", "count": 5}),
    Reason("tried", {"cities": "Hamm", "count": 1}),
    Reason("own_city", {"city": "Krefeld"}),
    Reason("size", {"city": "Utrecht", "people": 376_735}),
    Reason("country", {"country": "DE"}),
    Reason("teaches", {"what": "Sensors in buildings"}),
    Reason("has_solution", {"title": "Fill-level sensors"}),
    Reason("has_problem", {"title": "Bins overflow"}),
    Reason("law", {"country": "NL", "home": "DE"}),
    *(Reason("larger", {"city": "Sofia", "factor": factor}) for factor in (2, 5, 1_200)),
    *(Reason("smaller", {"city": "Pirna", "factor": factor}) for factor in (2, 5, 1_200)),
    *(Reason("language", {"language": language}) for language in LANGUAGES),
    *(Reason("needs", {"condition": condition}) for condition in FRAME_CONDITIONS),
]


def _codes() -> set[str]:
    """The codes that the source of the match makes reasons with."""
    found = set()
    for module in (matching, match):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            is_reason = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason"
            if is_reason and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found | {"has_solution", "has_problem"}  # these two are taken from a pair


def test_every_code_of_the_match_has_an_example_here_and_none_is_left_over() -> None:
    assert _codes() == {reason.code for reason in EXAMPLES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", EXAMPLES, ids=lambda reason: reason.code)
def test_a_reason_is_a_sentence_with_its_values_in_it(reason: Reason, language: str) -> None:
    with override(language):
        said = wording.sentence(reason, language=language)
    assert said.strip()
    assert "%(" not in said
    for name in ("city", "cities", "words", "phrase", "what", "title"):
        if name in reason.values:
            assert str(reason.values[name]) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_themes_are_named_in_the_readers_language(language: str) -> None:
    theme = leaf_themes()[0]
    with override(language):
        assert theme.label(language) in wording.sentence(Reason("themes", {"themes": theme.id}), language=language)


def test_languages_are_called_by_their_own_name() -> None:
    with override("en"):
        assert NATIVE_NAMES["el"] in wording.sentence(Reason("language", {"language": "el"}), language="en")


def test_numbers_are_grouped_as_the_reader_does() -> None:
    reason = Reason("size", {"city": "Utrecht", "people": 376_735})
    with override("de"):
        assert "376.735" in wording.sentence(reason, language="de")
    with override("en"):
        assert "376,735" in wording.sentence(reason, language="en")


def test_many_cities_are_counted() -> None:
    with override("en"):
        one = wording.sentence(Reason("proven", {"cities": "Utrecht", "count": 1}), language="en")
        many = wording.sentence(Reason("proven", {"cities": "Utrecht, Sofia", "count": 7}), language="en")
    assert "7" not in one
    assert "7" in many


def test_a_code_that_nobody_knows_is_a_bug() -> None:
    with pytest.raises(KeyError):
        wording.sentence(Reason("magic"), language="en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_score_in_words_changes_exactly_at_the_bounds(language: str) -> None:
    with override(language):
        steps = [wording.likelihood(score) for score in (1.0, LIKELY, LIKELY - 0.001, POSSIBLE, POSSIBLE - 0.001, 0.0)]
    assert steps[0] == steps[1]
    assert steps[2] == steps[3]
    assert steps[4] == steps[5]
    assert len(set(steps)) == 3
    assert all(steps)
