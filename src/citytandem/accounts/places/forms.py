"""Forms for departments, organisations and who belongs to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.models import Department, Organisation, OrganisationKind
from citytandem.accounts.places.services import departments, organisations
from citytandem.core.languages import LANGUAGES, NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.themes import children_of, themes, top_themes
from citytandem.core.versions import read, texts_of
from citytandem.ui.fields import AreasField
from citytandem.ui.forms import Checks, PlainForm, Radios

_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()/.\-]{2,38}")


class TelephoneField(forms.CharField):
    """Digits as people write them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def validate(self, value: Any) -> None:
        """See Field."""
        super().validate(value)
        if value and not _TELEPHONE.fullmatch(value):
            raise forms.ValidationError(_("This is not a telephone number."), code="telephone.invalid")


def _email() -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail address"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class DepartmentForm(PlainForm):
    """A department: names and descriptions in each language, contact, what it answers for, how soon."""

    email = _email()
    telephone = TelephoneField(label=_("Telephone"))
    themes = forms.MultipleChoiceField(
        label=_("Themes it answers for"),
        help_text=_("A whole group stands for everything under it."),
        required=False,
        widget=Checks,
    )
    areas = AreasField(
        label=_("Areas it answers for"),
        help_text=_(
            "Leave it empty for the whole city. Else one corner per line: latitude, longitude; an empty line between areas."
        ),
        required=False,
        max_length=200_000,
    )
    service_days = forms.IntegerField(
        label=_("Service time in working days"),
        help_text=_("Until then people should have a first answer."),
        min_value=1,
        max_value=366,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    escalate_to = forms.ChoiceField(
        label=_("Escalates to"),
        help_text=_("Whom we tell when the service time is over. Without one: the innovation unit."),
        required=False,
    )
    is_fallback = forms.BooleanField(label=_("Gets what fits no other department"), required=False)
    is_active = forms.BooleanField(label=_("Is in service"), required=False, initial=True)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self, *args: Any, others: Sequence[Department] = (), for_administrator: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for code in self.languages:
            name = forms.CharField(label=_("Name"), max_length=departments.LONGEST_NAME, required=False)
            about = forms.CharField(
                label=_("What it does"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
            )
            for kind, field in (("name", name), ("about", about)):
                field.widget.attrs |= {"class": "kern-form-input__input", "lang": code}
                self.fields[f"{kind}_{code}"] = field
        self._choose("themes", [(theme, theme) for theme in themes()])
        named = [(str(one.id), read(one.name, reader=language).text) for one in others]
        self._choose("escalate_to", [("", _("the innovation unit")), *named])
        if not for_administrator:
            for kept in ("service_days", "escalate_to", "is_fallback", "is_active"):
                del self.fields[kept]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    @property
    def languages(self) -> list[str]:
        """The city's own language first."""
        return sorted(LANGUAGES, key=lambda code: code != this_node().language)

    @property
    def own_words(self) -> Mapping[str, Any]:
        """Name and description in the city's language."""
        return self._words(self.languages[0])

    @property
    def other_words(self) -> Iterator[Mapping[str, Any]]:
        """Name and description in each of the others."""
        return (self._words(code) for code in self.languages[1:])

    def _words(self, code: str) -> Mapping[str, Any]:
        return {"code": code, "label": NATIVE_NAMES[code], "name": self[f"name_{code}"], "about": self[f"about_{code}"]}

    @property
    def theme_groups(self) -> Iterator[Mapping[str, Any]]:
        """The top themes with what is under them, and what is chosen.

        Themes that the administrator hides are offered only where they are chosen already.
        """
        chosen = {str(value) for value in self["themes"].value() or []}
        hidden = set(this_node().hidden_themes) - chosen
        for top in top_themes():
            offered = [one.id for one in children_of(top.id) if one.id not in hidden]
            if not offered and top.id not in chosen:
                continue
            leaves = [{"id": theme, "is_chosen": theme in chosen} for theme in offered]
            count = sum(bool(one["is_chosen"]) for one in leaves) + (top.id in chosen)
            yield {"id": top.id, "is_chosen": top.id in chosen, "themes": leaves, "chosen": count}

    def draft(self, department: Department | None) -> departments.Draft:
        """What the form says; what it does not offer stays."""
        values = self.cleaned_data
        above = (
            values.get("escalate_to") if "escalate_to" in self.fields else getattr(department, "escalate_to_id", None)
        )
        kept = {
            name: values[name] if name in self.fields else getattr(department, name)
            for name in ("service_days", "is_fallback", "is_active")
        }
        return departments.Draft(
            names={code: values[f"name_{code}"] for code in self.languages},
            about={code: values[f"about_{code}"] for code in self.languages},
            email=values["email"],
            telephone=values["telephone"],
            themes=values["themes"],
            areas=values["areas"],
            escalate_to=_uuid(above),
            **kept,
        )


def _uuid(value: Any) -> UUID | None:
    return UUID(str(value)) if value else None


def department_values(department: Department | None) -> dict[str, Any]:
    """What the form of a department starts with."""
    if department is None:
        return {"service_days": 10, "is_active": True}
    values: dict[str, Any] = {
        name: getattr(department, name)
        for name in ("email", "telephone", "themes", "areas", "service_days", "is_fallback", "is_active")
    }
    values |= {f"name_{code}": text for code, text in texts_of(department.name).items()}
    values |= {f"about_{code}": text for code, text in texts_of(department.about).items()}
    return values | {"escalate_to": str(department.escalate_to_id or ""), "seen": departments.state_of(department)}


class StaffForm(PlainForm):
    """Let somebody work for a department."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    is_lead = forms.BooleanField(label=_("Leads the department"), required=False)


class OrganisationForm(PlainForm):
    """What an organisation tells of itself."""

    name = forms.CharField(
        label=_("Name"),
        max_length=organisations.LONGEST_NAME,
        error_messages={"required": _("Give the organisation's name.")},
    )
    kind = forms.ChoiceField(label=_("What is it?"), choices=OrganisationKind.choices, widget=Radios)
    about = forms.CharField(
        label=_("What you do"),
        help_text=_("A few sentences. Everybody can read them once the city has confirmed the organisation."),
        max_length=organisations.LONGEST_ABOUT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    language = forms.ChoiceField(label=_("Language of your text"), choices=list(NATIVE_NAMES.items()))
    email = _email()
    telephone = TelephoneField(label=_("Telephone"))
    url = forms.URLField(
        label=_("Web page"), help_text=_("Starts with https://"), max_length=500, required=False, assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def draft(self) -> organisations.Draft:
        """What the form says."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return organisations.Draft(**values)


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of organisations, as a filter offers them."""
    return [(kind.value, str(kind.label)) for kind in OrganisationKind]


def organisation_values(organisation: Organisation | None) -> dict[str, Any]:
    """What the form of an organisation starts with."""
    if organisation is None:
        return {"kind": OrganisationKind.ASSOCIATION, "language": get_language() or "en"}
    names = ("name", "kind", "language", "email", "telephone", "url")
    about = texts_of(organisation.about).get(organisation.language, "")
    values = {name: getattr(organisation, name) for name in names}
    return values | {"about": about, "seen": organisations.state_of(organisation)}
