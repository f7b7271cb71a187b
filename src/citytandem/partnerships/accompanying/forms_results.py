"""Forms for what came of a partnership: findings and quotes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.partnerships.models import FindingKind
from citytandem.ui.forms import PlainForm


class FindingForm(PlainForm):
    """One thing for the result profile."""

    kind = forms.ChoiceField(label=_("Kind"), choices=FindingKind.choices)
    title = forms.CharField(label=_("In a few words"), max_length=200)
    text = forms.CharField(
        label=_("In a sentence or two"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    value = forms.CharField(
        label=_("Value"), help_text=_("Of a figure, as you know it: “about 50”."), required=False, max_length=40
    )
    unit = forms.CharField(label=_("Unit"), help_text=_("Like “people”."), required=False, max_length=40)


class QuoteForm(PlainForm):
    """What somebody said."""

    text = forms.CharField(label=_("What was said"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))
    speaker = forms.CharField(label=_("Who said it"), max_length=120)
    function = forms.CharField(label=_("Function"), required=False, max_length=160)
    city = forms.ChoiceField(label=_("City"), required=False)
    consents = forms.BooleanField(
        label=_("The person has agreed to be quoted with this"),
        help_text=_("Without it, nobody but you sees the quote. They can take it back at any time."),
        required=False,
    )

    def __init__(self, *args: Any, cities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["city"]
        field.choices = [("", "–"), *cities]
