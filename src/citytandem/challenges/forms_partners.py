"""The form of what this city proposes to a partner's challenge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.models import PartnerProposal
from citytandem.core.languages import NATIVE_NAMES
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import PlainForm


class AnswerForm(PlainForm):
    """Propose something to another city. Lengths are checked by the service, which says it in plain words."""

    title = forms.CharField(
        label=_("Title"),
        help_text=_("Say in a few words what you propose."),
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    text = forms.CharField(
        label=_("Your proposal"),
        help_text=_(
            "What does our city offer, what has it shown here, and what would the other city need for it? Leave names, "
            "numbers and addresses of people out: what holds some is not sent."
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": _("Say what you propose.")},
    )
    language = forms.ChoiceField(
        label=_("Language of your text"),
        help_text=_("We find it out. Choose it if we are wrong."),
        required=False,
        choices=[("", _("found out by itself")), *NATIVE_NAMES.items()],
    )
    solution = forms.CharField(
        label=_("Solution of ours that it builds on"),
        help_text=_("Its short code or its address. It goes along if partners may read it."),
        required=False,
        max_length=300,
    )
    team = forms.CharField(
        label=_("Who does it?"),
        help_text=_("Roles, not names: for example “two engineers and a designer”."),
        required=False,
    )
    cost = AmountField(label=_("Cost of a pilot"), required=False, max_digits=12, decimal_places=2, min_value=0)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cost"].label = _("Cost of a pilot (%(currency)s)") % {"currency": currency}


def values_of(answer: PartnerProposal) -> dict[str, Any]:
    """What the form starts with."""
    return {
        "title": answer.title.get(answer.language, {}).get("text", ""),
        "text": answer.text.get(answer.language, {}).get("text", ""),
        "language": answer.language,
        "solution": str(answer.solution) if answer.solution else "",
        "team": answer.team,
        "cost": answer.cost,
        "version": answer.version,
    }
