"""Forms of the staff desk: what is done with a selection, and saving a view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import DepartmentCard, departments
from citytandem.streams.models import ProblemStatus
from citytandem.ui.forms import PlainForm, Radios


def _reason(hint: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Why?"),
        help_text=hint,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )


class BulkStatusForm(PlainForm):
    """Move a selection on."""

    status = forms.ChoiceField(label=_("How far is it?"), choices=ProblemStatus.choices, widget=Radios)
    reason = _reason(_("Everybody can read it in the history of each problem."))


class RouteForm(PlainForm):
    """Give one problem, or a selection, to a department."""

    department = forms.ChoiceField(label=_("Department"), error_messages={"required": _("Choose a department.")})
    reason = _reason(_("Your colleagues can read it. The service time begins anew."))
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, offered: Sequence[DepartmentCard] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        known = departments() if offered is None else offered
        field = self.fields["department"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("Choose one")), *((one.slug, one.name_for(language)) for one in known)]

    def clean_seen(self) -> UUID | None:
        """The department that the person saw; what is none counts as nobody."""
        try:
            return UUID(self.cleaned_data["seen"])
        except ValueError:
            return None


class ViewForm(PlainForm):
    """Keep the filters under a name."""

    name = forms.CharField(label=_("Name of the view"), max_length=80)
    shared_with = forms.ChoiceField(label=_("Share it with my department"), required=False)
    is_default = forms.BooleanField(label=_("Open the table with it"), required=False)

    def __init__(self, *args: Any, own_departments: Sequence[DepartmentCard] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        field = self.fields["shared_with"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("no, only for me")), *((one.slug, one.name_for(language)) for one in own_departments)]
        if not own_departments:
            del self.fields["shared_with"]
