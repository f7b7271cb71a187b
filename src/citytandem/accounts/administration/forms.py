"""Forms of the administration. What a value has to be is checked by the services, which say it in plain words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.administration.absences import Deputies
from citytandem.accounts.directory import departments
from citytandem.accounts.holdings import Holding, holdings
from citytandem.accounts.models import NODE_ROLES, Role
from citytandem.accounts.privacy.periods import LONGEST
from citytandem.core.languages import LANGUAGES, NATIVE_NAMES
from citytandem.core.switches import Switch, switches
from citytandem.core.themes import children_of, top_themes
from citytandem.ui.forms import Checks, PlainForm

LONGEST_NAME = 120


def _languages(codes: Any = LANGUAGES) -> list[tuple[str, str]]:
    return [(code, NATIVE_NAMES[code]) for code in codes]


class Versioned(PlainForm):
    """A part of the node's settings; `version` is the one that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


def _line(
    label: Any, hint: Any = "", *, most: int | None = 200, required: bool = False, **attrs: str
) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=most, required=required, widget=forms.TextInput(attrs=attrs)
    )


def _long(label: Any, hint: Any = "", *, rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=False, widget=forms.Textarea(attrs={"rows": rows}))


class CityForm(Versioned):
    """Name, language and contact of the city."""

    name = _line(_("Name of the city"), _("It stands in the head of every page."), most=None)
    language = forms.ChoiceField(
        label=_("Language of the city"),
        help_text=_("For readers whose browser asks for none of the languages here."),
        choices=_languages,
        widget=forms.Select,
    )
    contact_name = _line(_("Who answers for this site"), _("An office rather than a person."))
    contact_email = _line(_("E-mail address for questions"), most=254, autocomplete="off", inputmode="email")
    contact_address = _long(_("Postal address"), rows=4)


class LooksForm(Versioned):
    """The city's colour."""

    colour = _line(
        _("Colour of the city"),
        _(
            "As # and six digits, like #004c93. Links and buttons have it. Empty: the blue that comes with the software."
        ),
        most=30,
        autocomplete="off",
        spellcheck="false",
    )


class LogoForm(Versioned):
    """The city's logo, and what it shows."""

    logo = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG or WebP, at most 2 MB. It is made smaller: at most 400 pixels wide and 160 high."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    alt = _line(_("What the logo shows"), _("For people who do not see it, like “Coat of arms of Krefeld”."), most=None)


class LanguagesForm(Versioned):
    """Which of the nine languages are offered."""

    languages = forms.MultipleChoiceField(label=_("Languages"), choices=_languages, widget=Checks, required=False)


class ThemesForm(Versioned):
    """Which themes can be chosen."""

    themes = forms.MultipleChoiceField(label=_("Themes"), required=False, widget=Checks)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self._groups = [(top, children_of(top.id)) for top in top_themes()]
        field: Any = self.fields["themes"]
        field.choices = [(one.id, one.label(language)) for _top, below in self._groups for one in below]

    def theme_groups(self) -> list[dict[str, Any]]:
        """The themes below their top themes, with whether they are ticked."""
        chosen = set(self["themes"].value() or ())
        return [
            {
                "id": top.id,
                "chosen": sum(one.id in chosen for one in below),
                "themes": [{"id": one.id, "is_chosen": one.id in chosen} for one in below],
            }
            for top, below in self._groups
        ]


class TextForm(Versioned):
    """One of the city's own texts, in one language."""

    text = _long(
        _("Text"),
        _("Empty lines part paragraphs. “# ” before a line makes a heading, “- ” a point of a list. Addresses of pages"
          " and e-mail addresses become links."),
        rows=18,
    )  # fmt: skip


class MailForm(Versioned):
    """The wording of a letter, in one language."""

    subject = _line(_("Subject"), most=None)
    body = _long(_("Text"), rows=12)


_GROUPS: dict[str, str | Promise] = {
    "visitors": _("Without a sign-in"),
    "participation": _("Taking part"),
    "people": _("People"),
}


class SwitchesForm(Versioned):
    """All features that can be on or off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for switch in switches():
            self.fields[switch.name] = forms.BooleanField(
                label=str(switch.label),
                help_text=str(switch.hint),
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "ct-check__box"}),
            )

    def groups(self) -> list[dict[str, Any]]:
        """The switches below the words of their groups."""
        found: dict[str, list[Switch]] = {}
        for switch in switches():
            found.setdefault(switch.group, []).append(switch)
        return [
            {"label": _GROUPS.get(group, group), "id": group, "fields": [self[one.name] for one in members]}
            for group, members in found.items()
        ]


def _period_hint(holding: Holding) -> str:
    if holding.shortest == 1:
        return _("Days. It comes with %(days)s.") % {"days": holding.days}
    return _("Days. It comes with %(days)s. At least %(least)s: until then it is needed.") % {
        "days": holding.days,
        "least": holding.shortest,
    }


class PeriodsForm(Versioned):
    """How long each kind of data is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for holding in holdings():
            if holding.days is None:
                continue
            self.fields[holding.name] = forms.IntegerField(
                label=str(holding.label),
                help_text=_period_hint(holding),
                min_value=holding.shortest,
                max_value=LONGEST,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "kern-form-input__input ad-days"}),
            )

    def chosen(self) -> dict[str, Any]:
        """The periods, by holding."""
        return {name: days for name, days in self.cleaned_data.items() if name != "version"}


class FiltersForm(Versioned):
    """What makes a text wait."""

    blocked_words = _long(_("Words"), _("One word or phrase on each line. Case does not matter."), rows=10)
    blocked_hosts = _long(
        _("Sites"), _("One on each line, like spam.example. What lies below a site counts too."), rows=10
    )


class PeopleForm(PlainForm):
    """What the list of people is narrowed to."""

    begins = _line(_("E-mail address or name"), _("How it begins."), autocomplete="off")
    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(
        label=_("Sign-in"),
        required=False,
        choices=[("", _("All")), ("active", _("Can sign in.")), ("blocked", _("Blocked"))],
    )
    consent = forms.ChoiceField(label=_("Agreed to"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from citytandem.accounts.consents import purposes

        fields: Any = self.fields
        fields["role"].choices = [("", _("All")), *Role.choices]
        fields["consent"].choices = [("", _("Does not matter")), *((one.name, one.label) for one in purposes())]


def _place_choices(organisations: list[tuple[str, str]]) -> list[Any]:
    language = get_language() or "en"
    groups: list[Any] = [
        ("", _("None")),
        (_("Departments"), [(f"department:{one.id}", one.name_for(language)) for one in departments()]),
        (_("Organisations"), [(f"organisation:{key}", name) for key, name in organisations]),
    ]
    return [group for group in groups if group[1]]


class RoleForm(PlainForm):
    """A role to give, and where it counts."""

    role = forms.ChoiceField(label=_("Role"))
    place = forms.ChoiceField(
        label=_("Department or organisation"),
        help_text=_("For staff of a department and members of an organisation only."),
        required=False,
    )
    is_lead = forms.BooleanField(
        label=_("Leads it"), required=False, widget=forms.CheckboxInput(attrs={"class": "ct-check__box"})
    )

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["role"].choices = self.role_choices()
        fields["place"].choices = _place_choices(organisations)

    def role_choices(self) -> list[tuple[str, Any]]:
        """Roles that can be given."""
        stored = (*NODE_ROLES, Role.DEPARTMENT_STAFF, Role.ORGANISATION_MEMBER)
        return [(role.value, role.label) for role in stored]

    def place_values(self) -> dict[str, Any]:
        """The place as the services take it."""
        kind, _colon, key = self.cleaned_data["place"].partition(":")
        return {
            "department_id": UUID(key) if kind == "department" else None,
            "organisation_id": UUID(key) if kind == "organisation" else None,
            "is_lead": bool(kind) and self.cleaned_data["is_lead"],
        }


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    email = _line(_("E-mail address"), most=254, required=True, inputmode="email", autocomplete="off")
    language = forms.ChoiceField(label=_("Language of the letter"), choices=_languages)
    field_order = ("email", "language", "role", "place", "is_lead")

    def role_choices(self) -> list[tuple[str, Any]]:
        """See RoleForm; a sign-in without a role is there as well."""
        return [(Role.RESIDENT.value, Role.RESIDENT.label), *super().role_choices()]


class AbsenceForm(PlainForm):
    """From when to when, and who stands in."""

    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    find = _line(
        _("Name of who stands in"),
        _("Many people work here. Type a part of the name, and choose from those who have it."),
        most=LONGEST_NAME,
        required=True,
        autocomplete="off",
    )
    deputy = forms.ChoiceField(
        label=_("Who stands in"),
        help_text=_("They have your roles in these days, but not an administrator's, and they do not lead."),
    )

    def __init__(self, *args: Any, deputies: Deputies, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_deputies = bool(deputies.people) or deputies.is_many
        fields: Any = self.fields
        found = [(str(one.id), one.name) for one in deputies.people]
        fields["deputy"].choices = [("", _("Please choose")), *found]
        fields["find"].error_messages["required"] = _("Type the name first.")
        if not deputies.is_many:
            del fields["find"]
        elif not found:
            del fields["deputy"]

    def clean(self) -> dict[str, Any]:
        """Before somebody can be chosen, they have to be found."""
        values = super().clean() or {}
        if "deputy" not in self.fields and values.get("find"):
            message = _("Nobody of this name can stand in.")
            self.add_error("find", forms.ValidationError(message, code="absence.deputy"))
        return values


class JoinForm(PlainForm):
    """Somebody new accepts an invitation."""

    name = _line(_("Your name"), _("Others see it. You can leave it empty."), most=LONGEST_NAME, autocomplete="name")
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters."),
        max_length=1_000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
