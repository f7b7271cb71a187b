"""One look at a text before anybody else has one: fine, held, or refused, and why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from citytandem.moderation.filters import WordRule, compile_filters
from citytandem.moderation.screening import Span, screen
from citytandem.moderation.spam import Signals

FILTERS = compile_filters(["spam", WordRule("idiot*", "refuse")], ["evil.example"])
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)


def test_an_ordinary_text_is_fine() -> None:
    screening = screen("Am Konrad-Adenauer-Ufer 5 fehlt ein Geländer.", language="de", filters=FILTERS)
    assert (screening.verdict, screening.reasons) == ("fine", ())


def test_personal_data_waits_for_a_person_unmasked() -> None:
    screening = screen("Frau Müller lädt hier Müll ab.", language="de")
    assert screening.verdict == "hold"
    assert [(reason.code, reason.spans) for reason in screening.reasons] == [("pii", (Span(5, 11, "name"),))]
    assert screen("Frau Müller lädt hier Müll ab.", language="de", public_names=["Müller"]).verdict == "fine"


def test_every_reason_is_told_with_its_place() -> None:
    text = "Spam von a@b.example auf http://evil.example"
    screening = screen(text, language="de", filters=FILTERS, signals=Signals(honeypot=True))
    assert screening.verdict == "hold"
    assert [reason.code for reason in screening.reasons] == ["pii", "words", "links", "spam"]
    assert [text[span.start : span.end] for reason in screening.reasons[:3] for span in reason.spans] == [
        "a@b.example", "Spam", "http://evil.example",
    ]  # fmt: skip
    assert screening.reasons[3].spans == (Span(0, len(text), "honeypot"),)


def test_a_rule_can_refuse() -> None:
    screening = screen("Ihr Idioten!", language="de", filters=FILTERS)
    assert screening.verdict == "refuse"
    assert [reason.code for reason in screening.reasons] == ["words"]


@given(ANYTHING, st.booleans())
def test_held_means_a_reason_and_fine_means_none(text: str, trap: bool) -> None:
    screening = screen(text, filters=FILTERS, signals=Signals(honeypot=trap))
    assert (screening.verdict == "fine") == (screening.reasons == ())
    assert not trap or screening.verdict != "fine"
    for reason in screening.reasons:
        assert reason.spans
        assert all(0 <= span.start <= span.end <= len(text) for span in reason.spans)
