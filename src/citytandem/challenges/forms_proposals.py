"""Forms for proposals, questions, steps and tables. Lengths are checked by the services, which say it in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import OrganisationCard
from citytandem.core.languages import NATIVE_NAMES
from citytandem.files.forms import AttachmentsForm
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import PlainForm, Radios


def _long(label: Any, hint: Any = "", *, rows: int = 5, needed: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": needed} if needed else None,
    )


def _language(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=_("We find it out. Choose it if we are wrong."),
        required=False,
        choices=[("", _("found out by itself")), *NATIVE_NAMES.items()],
    )


class ProposalForm(AttachmentsForm):
    """Hand a proposal in, or change it."""

    title = forms.CharField(
        label=_("Title"),
        help_text=_("Say in a few words what you propose."),
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    text = _long(
        _("Your proposal"),
        _(
            "What would you do, what is needed for it, and how can one see that it works? Leave one line between paragraphs."
        ),
        rows=12,
        needed=_("Say what you propose."),
    )
    language = _language(_("Language of your text"))
    team = forms.CharField(
        label=_("Who does it?"),
        help_text=_("Roles, not names: for example “two engineers and a designer”."),
        required=False,
    )
    cost = AmountField(label=_("Cost of a pilot"), required=False, max_digits=12, decimal_places=2, min_value=0)
    solution = forms.CharField(
        label=_("Solution that it builds on"),
        help_text=_("If it is among the solutions here: its short code or its address."),
        required=False,
        max_length=300,
    )
    organisation = forms.TypedChoiceField(
        label=_("For whom do you write?"),
        help_text=_("The name of the organisation stands at the proposal, and its members can change it."),
        required=False,
        coerce=UUID,
        empty_value=None,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, organisations: Sequence[OrganisationCard] = (), currency: str = "EUR", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cost"].label = _("Cost of a pilot (%(currency)s)") % {"currency": currency}
        if organisations:
            choices = [("", _("for myself")), *((str(one.id), one.name) for one in organisations)]
            field = self.fields["organisation"]
            assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
            field.choices = choices
        else:
            del self.fields["organisation"]


class ReasonForm(PlainForm):
    """Why."""

    reason = _long(_("Why?"), _("Everybody can read it."), rows=4, needed=_("Say why: everybody can read it."))


class StepForm(PlainForm):
    """Move proposals on. `step`: which ones are offered, the view says."""

    step = forms.ChoiceField(label=_("Next step"), widget=Radios, error_messages={"required": _("Choose a step.")})
    reason = _long(
        _("Why?"),
        _("The senders are told so in these words, and everybody can read it."),
        needed=_("Say why: the sender is told so, and everybody can read it."),
    )

    def __init__(self, *args: Any, steps: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["step"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(steps)


class QuestionForm(PlainForm):
    """Ask something about a challenge."""

    text = _long(
        _("Your question"),
        _("Everybody reads it together with the answer. Nobody sees who asked, so leave names out."),
        needed=_("Write your question first."),
    )


class AnswerForm(PlainForm):
    """Answer a question."""

    text = _long(_("Answer"), _("It is for everybody, and binds the city."), needed=_("Write the answer first."))
    language = _language(_("Language of the answer"))


class MergeForm(PlainForm):
    """Let a proposal go into another one."""

    into = forms.CharField(
        label=_("The other proposal"),
        help_text=_("Its short code, or its address."),
        max_length=300,
        error_messages={"required": _("Name the other proposal.")},
    )


class TableForm(PlainForm):
    """A table of proposals."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        help_text=_("Needed after the end only."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file = forms.FileField(
        label=_("The table"),
        help_text=_("CSV in UTF-8, at most 80 MB and 100,000 rows."),
        max_length=200,
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
