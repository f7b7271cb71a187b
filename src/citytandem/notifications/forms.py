"""Shapes of what people choose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import NATIVE_NAMES
from citytandem.notifications.inbox import kind_choices, state_choices
from citytandem.notifications.selectors import Choices, LogFilter
from citytandem.ui.forms import PlainForm

WAYS = [("now", _("At once")), ("daily", _("Once a day")), ("weekly", _("Once a week")), ("off", _("No e-mail"))]


class ChoicesForm(PlainForm):
    """How somebody wants to be told: a field for each kind that they can choose about."""

    hour = forms.TypedChoiceField(
        label=_("At what time"), coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    weekday = forms.TypedChoiceField(label=_("On what day (once a week)"), coerce=int, choices=list(WEEKDAYS.items()))
    language = forms.ChoiceField(label=_("Language of e-mails"), choices=list(NATIVE_NAMES.items()))

    def __init__(self, choices: Choices, *, language: str, data: Any = None) -> None:
        initial = {kind.name: how for kind, how in choices.kinds}
        super().__init__(
            data=data,
            initial=initial
            | {"hour": choices.hour, "weekday": choices.weekday, "language": choices.language or language},
        )
        self.names = [kind.name for kind, _how in choices.kinds]
        for kind, _how in choices.kinds:
            self.fields[kind.name] = forms.ChoiceField(
                label=str(kind.label), help_text=str(kind.hint), choices=WAYS, widget=forms.RadioSelect
            )

    @property
    def kinds(self) -> list[forms.BoundField]:
        """The fields of the kinds, for the template."""
        return [self[name] for name in self.names]

    @property
    def hows(self) -> dict[str, str]:
        """What was chosen, by kind."""
        return {name: self.cleaned_data[name] for name in self.names}


class LogForm(PlainForm):
    """The filters of the log."""

    state = forms.ChoiceField(label=_("Result"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any) -> None:
        super().__init__(data=data)
        every: list[tuple[str, Any]] = [("", _("all"))]
        self.fields["state"].choices = every + state_choices()  # type: ignore[attr-defined]
        self.fields["kind"].choices = every + kind_choices()  # type: ignore[attr-defined]

    @property
    def wanted(self) -> LogFilter:
        """What was asked for; what cannot be understood does not filter, and the form says so."""
        self.is_valid()
        values = self.cleaned_data
        return LogFilter(values.get("state", ""), values.get("kind", ""), values.get("day"))
