"""What people write of a challenge, checked and put into its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Form, Openness, Sharing
from citytandem.core.errors import Invalid
from citytandem.core.languages import is_language
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from citytandem.core.themes import themes as all_themes

MOST_TARGETS = 20
MOST_THEMES = 6
MOST_PROBLEMS = 30
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Of the nine languages' countries and their neighbours in the programme (ISO 4217).
CURRENCIES = ("EUR", "BGN", "CHF", "CZK", "DKK", "GBP", "HUF", "NOK", "PLN", "RON", "SEK", "UAH")
_TARGET_LENGTHS = {"indicator": 200, "unit": 60, "value": 60}


@dataclass(frozen=True, slots=True)
class Dates:
    """Until when each phase lasts. Times are aware."""

    questions_until: datetime | None = None
    closes_at: datetime | None = None
    assess_until: date | None = None
    decide_until: date | None = None
    pilot_until: date | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What people write of a challenge, in one language. Times are aware; `targets`: {indicator, unit, value}."""

    title: str
    language: str
    text: str = ""
    conditions: str = ""
    sites: str = ""
    data: str = ""
    targets: Sequence[Mapping[str, str]] = ()
    themes: Sequence[str] = ()
    form: str = "agile"
    openness: str = "after_closing"
    sharing: str = "partners"
    languages: Sequence[str] = ()
    budget_low: Decimal | None = None
    budget_high: Decimal | None = None
    currency: str = "EUR"
    questions_until: datetime | None = None
    closes_at: datetime | None = None
    assess_until: date | None = None
    decide_until: date | None = None
    pilot_until: date | None = None
    department: UUID | None = None
    problems: Sequence[UUID] = field(default_factory=tuple)

    @property
    def dates(self) -> Dates:
        """Until when each phase lasts."""
        return Dates(self.questions_until, self.closes_at, self.assess_until, self.decide_until, self.pilot_until)


_WORDS = ("title", "text", "conditions", "sites", "data")
_PLAIN = (
    "form", "openness", "sharing", "budget_low", "budget_high", "currency", "questions_until", "closes_at",
    "assess_until", "decide_until", "pilot_until",
)  # fmt: skip


def draft_write(challenge: Challenge, draft: Draft, *, by: Actor) -> None:
    """Put what was written into the row, without saving it; words of other languages stay. Raises Invalid."""
    words = _checked_words(draft)
    _check_choices(draft)
    _check_money(draft)
    check_dates(draft.dates)
    if draft.department is None and not by.curates:
        raise Invalid("department.missing", _("Say which department has the need."), field="department")
    if draft.department is not None and not by.curates and draft.department not in by.departments:
        raise Invalid("department.not_yours", _("You do not work in this department."), field="department")
    for name, told in words.items():
        others = {code: one for code, one in getattr(challenge, name).items() if code != draft.language}
        setattr(challenge, name, {**others, draft.language: {"text": told, "by": "human"}} if told else others)
    for name in _PLAIN:
        setattr(challenge, name, getattr(draft, name))
    challenge.themes = list(dict.fromkeys(draft.themes))
    challenge.languages = list(dict.fromkeys(draft.languages))
    challenge.targets = list(_checked_targets(draft.targets))
    challenge.department_id = draft.department


def check_dates(dates: Dates) -> None:
    """Each phase ends after the one before it. Raises Invalid at the first that does not."""
    for name in ("questions_until", "closes_at", "assess_until", "decide_until", "pilot_until"):
        end: date | None = getattr(dates, name)
        if end is not None and not FIRST_YEAR <= end.year <= LAST_YEAR:
            raise Invalid("dates.range", _("This year is too far away."), field=name)
    if dates.questions_until is not None and dates.closes_at is not None and dates.questions_until > dates.closes_at:
        raise Invalid(
            "dates.questions", _("Questions end before proposals do, or together with them."), field="questions_until"
        )
    days = {
        "closes_at": localdate(dates.closes_at) if dates.closes_at is not None else None,
        "assess_until": dates.assess_until,
        "decide_until": dates.decide_until,
        "pilot_until": dates.pilot_until,
    }
    for (_before, first), (name, second) in pairwise((name, day) for name, day in days.items() if day is not None):
        if second < first:
            raise Invalid("dates.order", _("This is before the end of the phase that comes first."), field=name)


def _checked_words(draft: Draft) -> dict[str, str]:
    if not is_language(draft.language):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    words = {name: (clean_line if name == "title" else clean_text)(getattr(draft, name)) for name in _WORDS}
    if not words["title"]:
        raise Invalid("title.missing", _("Give it a title."), field="title")
    if len(words["title"]) > MAX_TITLE:
        raise Invalid("title.too_long", _("This title is too long: at most 200 characters."), field="title")
    for name, told in words.items():
        if len(told) > MAX_TEXT:
            raise Invalid("text.too_long", _("This text is too long: at most 20,000 characters."), field=name)
    return words


def _check_choices(draft: Draft) -> None:
    if draft.form not in Form.values:
        raise Invalid("form.unknown", _("This is not one of the choices."), field="form")
    if draft.openness not in Openness.values:
        raise Invalid("openness.unknown", _("This is not one of the choices."), field="openness")
    if draft.sharing not in Sharing.values:
        raise Invalid("sharing.unknown", _("This is not one of the choices."), field="sharing")
    if draft.currency not in CURRENCIES:
        raise Invalid("currency.unknown", _("This is not one of the choices."), field="currency")
    if not all(is_language(code) for code in draft.languages):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="languages")
    if not set(draft.themes) <= set(all_themes()):
        raise Invalid("theme.unknown", _("This theme does not exist."), field="themes")
    if len(set(draft.themes)) > MOST_THEMES:
        raise Invalid("themes.too_many", _("Choose at most six themes."), field="themes")


def _check_money(draft: Draft) -> None:
    for name in ("budget_low", "budget_high"):
        amount: Decimal | None = getattr(draft, name)
        if amount is not None and (not amount.is_finite() or amount < 0 or amount >= 10**10):
            raise Invalid("budget.number", _("This is not an amount of money."), field=name)
    if draft.budget_low is not None and draft.budget_high is not None and draft.budget_low > draft.budget_high:
        raise Invalid("budget.order", _("The lower amount comes first."), field="budget_low")


def _checked_targets(targets: Sequence[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    told = [{name: clean_line(str(row.get(name, ""))) for name in _TARGET_LENGTHS} for row in targets]
    filled = [row for row in told if any(row.values())]
    if len(filled) > MOST_TARGETS:
        raise Invalid("targets.many", _("There are too many targets: at most 20."), field="targets")
    for row in filled:
        if not row["indicator"] or not row["value"]:
            raise Invalid(
                "target.incomplete", _("A target says what is measured, and which value is to be reached."),
                field="targets",
            )  # fmt: skip
        if any(len(row[name]) > most for name, most in _TARGET_LENGTHS.items()):
            raise Invalid("target.too_long", _("This target is too long. Say the rest in the text."), field="targets")
        yield row
