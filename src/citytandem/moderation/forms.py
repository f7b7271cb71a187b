"""Forms of moderation: reporting, deciding, appealing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.moderation.grounds import ground_choices
from citytandem.moderation.models import Outcome, Verdict
from citytandem.ui.forms import PlainForm, Radios


class AskedText(forms.CharField):
    """Marked as needed; whether it is there the service looks at, with words of its own."""

    def validate(self, value: Any) -> None:
        """See Field."""


class AskedChoice(forms.ChoiceField):
    """As `AskedText`; what is chosen has to be one of the choices."""

    def validate(self, value: Any) -> None:
        """See Field."""
        if value:
            super().validate(value)


class AskedTick(forms.BooleanField):
    """As `AskedText`."""

    def validate(self, value: Any) -> None:
        """See Field."""


def _grounds() -> list[Any]:
    return [("", _("Please choose")), *ground_choices()]


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReportForm(PlainForm):
    """What is wrong, why, and who says so (DSA art. 16(2)). The service says what is missing."""

    about = forms.CharField(widget=forms.HiddenInput)
    ground = AskedChoice(label=_("What is wrong?"))
    explanation = AskedText(
        label=_("Why do you think so?"),
        help_text=_("Say which words or which picture you mean, and why they break the law or the rules."),
        widget=_text(6),
    )
    name = AskedText(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = AskedText(
        label=_("Your e-mail address"),
        help_text=_("There we tell you that we have your report, and what we decided."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    good_faith = AskedTick(label=_("What I say here is right and complete, as far as I know."))

    def __init__(self, *args: Any, is_visitor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = _grounds()  # type: ignore[attr-defined]
        if not is_visitor:
            del self.fields["name"], self.fields["email"]


class DecisionForm(PlainForm):
    """What is decided, and the reasons that the author reads (DSA art. 17(3))."""

    verdict = AskedChoice(label=_("What do you decide?"), widget=Radios)
    ground = AskedChoice(label=_("Which law or rule is broken?"))
    facts = AskedText(
        label=_("The facts"),
        help_text=_("What stands in the text. Do not repeat personal data."),
        widget=_text(3),
    )
    explanation = AskedText(
        label=_("Why is it broken?"),
        help_text=_("The author reads this. Write in the language of the text if you can."),
        widget=_text(4),
    )
    until = forms.DateField(
        label=_("Taken down until"),
        help_text=_("Leave it empty if it is for good."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, verdicts: tuple[Verdict, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = _grounds()  # type: ignore[attr-defined]
        words = {
            Verdict.KEEP: _("Open to everybody"),
            Verdict.REMOVE: _("Take it down"),
            Verdict.RESTORE: _("Open it to everybody again"),
        }
        self.fields["verdict"].choices = [(one.value, words[one]) for one in verdicts]  # type: ignore[attr-defined]


class AppealForm(PlainForm):
    """Why a decision is wrong, in the words of whom it concerns."""

    text = AskedText(
        label=_("Why is the decision wrong?"),
        help_text=_("A second person reads this. You can name what was overlooked."),
        widget=_text(8),
    )


class AppealDecisionForm(PlainForm):
    """What the second person decides. The reasons for taking down are asked for where something was kept."""

    outcome = AskedChoice(
        label=_("What do you decide?"),
        widget=Radios,
        choices=[
            (Outcome.UPHELD.value, _("The decision stands")),
            (Outcome.OVERTURNED.value, _("Change the decision")),
        ],
    )
    explanation = AskedText(
        label=_("Why do you decide so?"),
        help_text=_("Both sides read this. Write in the language of the appeal if you can."),
        widget=_text(4),
    )
    ground = AskedChoice(label=_("Which law or rule is broken?"))
    facts = AskedText(label=_("The facts"), widget=_text(3))

    def __init__(self, *args: Any, takes_down: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = _grounds()  # type: ignore[attr-defined]
        if not takes_down:
            del self.fields["ground"], self.fields["facts"]
