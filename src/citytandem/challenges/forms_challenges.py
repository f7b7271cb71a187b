"""Forms for challenges: the call itself, its criteria, its dates, and why it was given back or withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, departments
from citytandem.challenges.models import Direction, Form, Openness, Sharing
from citytandem.challenges.services.criteria import MOST_CRITERIA
from citytandem.challenges.services.drafts import CURRENCIES, MOST_TARGETS
from citytandem.core.errors import DomainError
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.themes import children_of, leaf_themes, top_themes
from citytandem.streams.contract import ProblemTold
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import Checks, PlainForm, Radios

LONG = 20_000
TARGET = ("indicator", "unit", "value")
_MOMENT = "%Y-%m-%dT%H:%M"
_LONGEST_TARGET = {"indicator": 200, "unit": 60, "value": 60}


def _long(label: Any, hint: Any = "", *, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": rows})
    )


def _moment(label: Any, hint: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=False,
        input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DatesForm(PlainForm):
    """Until when each phase lasts."""

    questions_until = _moment(_("Questions until"), _("Leave time between the last answer and the end for proposals."))
    closes_at = _moment(_("Proposals until"), _("From then on nobody can hand in any more, to the minute."))
    assess_until = _day(_("Assessed until"))
    decide_until = _day(_("Decided until"))
    pilot_until = _day(_("Pilot until"))


class ChallengeForm(DatesForm):
    """The call. Only the title is needed for a draft; what bidders need is asked for when it is sent for review."""

    title = forms.CharField(
        label=_("Title"),
        help_text=_("What is to become better, in a few words. Not the technology."),
        error_messages={"required": _("Give it a title.")},
    )
    language = forms.ChoiceField(
        label=_("Language of your text"), help_text=_("To add a translation, choose its language and write it here.")
    )
    text = _long(_("What is it about?"), _("Who has the problem, what has been tried, what a good result is."), rows=9)
    conditions = _long(_("Conditions"), _("What every proposal has to keep. One on a line."), rows=6)
    sites = _long(_("Places for a pilot"), _("Where it can be tried out."), rows=3)
    offered = _long(_("Data on offer"), _("What the city gives: data sets, interfaces, people who know."), rows=3)
    problems = forms.MultipleChoiceField(
        label=_("Problems"),
        required=False,
        widget=Checks,
        error_messages={"invalid_choice": _("One of the problems does not exist, or you may not read it.")},
    )
    find = forms.CharField(label=_("Look for problems"), required=False, max_length=2_000)
    themes = forms.MultipleChoiceField(label=_("Themes"), help_text=_("Up to six."), required=False, widget=Checks)
    form = forms.ChoiceField(label=_("Form of participation"), choices=Form.choices, widget=Radios)
    openness = forms.ChoiceField(
        label=_("When everybody can read the proposals"), choices=Openness.choices, widget=Radios
    )
    sharing = forms.ChoiceField(
        label=_("Which other cities get it on their own nodes"),
        help_text=_("They show it to their people and can answer from there. After publishing this stays as it is."),
        choices=Sharing.choices,
        widget=Radios,
        required=False,
    )
    languages = forms.MultipleChoiceField(
        label=_("Proposals can be written in"), help_text=_("None ticked: in all nine."), required=False, widget=Checks
    )
    budget_low = AmountField(label=_("Budget from"), required=False, max_digits=12, decimal_places=2)
    budget_high = AmountField(label=_("Budget to"), required=False, max_digits=12, decimal_places=2)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    department = forms.TypedChoiceField(
        label=_("Which department has the need?"), required=False, coerce=UUID, empty_value=None
    )
    kind = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    rows = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, actor: Actor, problems: Sequence[ProblemTold] = (), more_rows: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        languages = sorted(NATIVE_NAMES.items(), key=lambda pair: pair[0] != this_node().language)
        self._choose("language", languages)
        self._choose("languages", languages)
        self._choose("themes", [(theme.id, theme.id) for theme in leaf_themes()])
        self._choose("problems", [(str(one.id), one.card.title) for one in problems])
        named = [(str(one.id), one.name_for(get_language() or "en")) for one in departments()]
        if actor.curates:
            named = [("", str(_("the innovation unit itself"))), *named]
        else:
            named = [(key, name) for key, name in named if UUID(key) in actor.departments]
        self._choose("department", named)
        stored = self.initial.get("targets") or []
        typed = self.data.get("rows", "") if self.is_bound else ""
        count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else max(3, len(stored) + 1)
        self.count = min(count + more_rows, MOST_TARGETS)
        for place in range(self.count):
            for name, label in zip(TARGET, (_("What is measured"), _("Unit"), _("To be reached")), strict=True):
                told = str(stored[place].get(name, "")) if place < len(stored) else ""
                field = forms.CharField(label=label, required=False, initial=told, max_length=_LONGEST_TARGET[name])
                field.widget.attrs["class"] = "kern-form-input__input"
                self.fields[f"target_{place}_{name}"] = field

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(choices)

    def clean_sharing(self) -> str:
        """A form that does not ask leaves it as it is usual, or was."""
        return self.cleaned_data["sharing"] or self.initial.get("sharing") or Sharing.PARTNERS.value

    def clean_version(self) -> int:
        """The version that the editor saw; what is none counts as an old one, and the service says so."""
        version = self.cleaned_data["version"]
        return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0

    @property
    def targets(self) -> Iterator[list[forms.BoundField]]:
        """The rows of targets, field by field."""
        for place in range(self.count):
            yield [self[f"target_{place}_{name}"] for name in TARGET]

    def targets_typed(self) -> list[dict[str, str]]:
        """What is in the rows."""
        told = self.cleaned_data
        return [{name: told.get(f"target_{place}_{name}", "") for name in TARGET} for place in range(self.count)]

    @property
    def theme_groups(self) -> Iterator[dict[str, Any]]:
        """The themes under their top themes, with what is chosen; hidden ones only where they are chosen already."""
        chosen = {str(value) for value in self["themes"].value() or []}
        hidden = set(this_node().hidden_themes) - chosen
        for top in top_themes():
            offered = [leaf.id for leaf in children_of(top.id) if leaf.id not in hidden]
            leaves = [{"id": leaf, "is_chosen": leaf in chosen} for leaf in offered]
            if leaves:
                yield {"id": top.id, "themes": leaves, "chosen": sum(leaf["is_chosen"] is True for leaf in leaves)}


class FigureField(forms.DecimalField):
    """A weight or an end of a scale: a comma is a decimal sign, for nobody weighs in thousands."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """See DecimalField."""
        return super().to_python(value.replace("%", "").replace(",", ".").strip() if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"inputmode": "decimal", "autocomplete": "off"}


class CriterionForm(PlainForm):
    """One criterion, as a row of the table. A row without a name and without a key is an empty one."""

    name = forms.CharField(label=_("Criterion"), max_length=120, required=False)
    hint = forms.CharField(label=_("Question to the jury"), max_length=500, required=False)
    weight = FigureField(label=_("Weight"), required=False, max_digits=11, decimal_places=4)
    direction = forms.ChoiceField(label=_("Which end is good?"), choices=Direction.choices, initial="max")
    low = FigureField(label=_("Scale from"), required=False, max_digits=13, decimal_places=4, initial=0)
    high = FigureField(label=_("Scale to"), required=False, max_digits=13, decimal_places=4, initial=5)
    low_anchor = forms.CharField(label=_("The lower end means"), max_length=300, required=False)
    high_anchor = forms.CharField(label=_("The upper end means"), max_length=300, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    gone = forms.BooleanField(label=_("Take this criterion out"), required=False)

    @property
    def is_left_out(self) -> bool:
        """Taken out, or never filled in."""
        told = self.cleaned_data
        return bool(told.get("gone")) or not any(told.get(name) for name in ("name", "key", "hint", "weight"))

    def clean(self) -> dict[str, Any]:
        """Empty ends of a scale are 0 and 5, an empty weight is 0."""
        told = super().clean() or self.cleaned_data
        for name, usual in (("weight", Decimal(0)), ("low", Decimal(0)), ("high", Decimal(5))):
            if name not in self.errors and told.get(name) is None:
                told[name] = usual
        return told


CriteriaRows: type[BaseFormSet[CriterionForm]] = formset_factory(
    CriterionForm, extra=0, max_num=MOST_CRITERIA + 5, absolute_max=MOST_CRITERIA + 10
)


def refuse_row(kept: Sequence[CriterionForm], error: DomainError) -> None:
    """Show a refusal of the domain at the row and field that it names (`<place>-<name>`); others belong to all of them."""
    place, _dash, name = (error.field or "").partition("-")
    number = int(place) if place.isdigit() else 0
    row = kept[number] if number < len(kept) else None
    if row is not None and name in row.fields:
        row.add_error(name, str(error.message))


class ReasonForm(PlainForm):
    """Why a challenge is withdrawn."""

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Everybody can read it, and all who handed in a proposal are told."),
        max_length=3_800,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say why: everybody can read it.")},
    )


class NoteForm(PlainForm):
    """What should be changed before a challenge is published."""

    note = forms.CharField(
        label=_("What should be changed?"),
        help_text=_("Only those who write the challenge read it."),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what should be changed.")},
    )
