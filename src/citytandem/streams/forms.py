"""Forms for problems and solutions: only the title is needed; everything else helps and can follow later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import OrganisationCard
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.themes import children_of, leaf_themes, top_themes
from citytandem.partnerships.contract import CityCard
from citytandem.streams.models import (
    FRAME_CONDITIONS,
    Affected,
    PlaceKind,
    ProblemStatus,
    Sender,
    SolutionKind,
    Stage,
    Visibility,
)
from citytandem.ui.fields import AmountField, AreaField, DegreesField
from citytandem.ui.forms import Checks, PlainForm, Radios

MOST_THEMES = 6
LONG = 5_000


def _line(label: Any, hint: Any = "", *, most: int = 200, required: bool = False, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=most, required=required, widget=forms.TextInput(attrs=attrs)
    )


def _long(label: Any, hint: Any = "", *, rows: int = 4, most: int | None = LONG) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=most, required=False, widget=forms.Textarea(attrs={"rows": rows})
    )


def _amount(label: Any) -> AmountField:
    return AmountField(label=label, required=False, max_digits=12, decimal_places=2)


class RecordForm(PlainForm):
    """What both streams ask for. Lengths of title and text are checked by the service, which says it in plain words."""

    title = forms.CharField(
        label=_("Title"), help_text=_("Say in a few words what it is about."), error_messages={
            "required": _("Say in a few words what it is about."),
        },
    )  # fmt: skip
    text = _long(_("Description"), rows=8, most=None)
    language = forms.ChoiceField(
        label=_("Language of your text"),
        help_text=_("We find it out. Choose it if we are wrong, or to add a translation."),
        required=False,
    )
    themes = forms.MultipleChoiceField(
        label=_("Themes"), help_text=_("Up to six. They help others to find this."), required=False, widget=Checks
    )
    city = forms.ChoiceField(label=_("City"), required=False)
    place_kind = forms.ChoiceField(
        label=_("How exact is the place?"),
        widget=Radios,
    )
    place_name = _line(_("Name of the place"), _("For example a street, a square or a district."))
    latitude = DegreesField(label=_("Latitude"), required=False)
    longitude = DegreesField(label=_("Longitude"), required=False)
    area = AreaField(
        label=_("Corners of the area"),
        help_text=_("One corner per line: latitude, longitude. At least three, in order around the area."),
        required=False,
        max_length=30_000,
    )
    visibility = forms.ChoiceField(
        label=_("Who may read it"),
        help_text=_("Drafts and internal entries are for you and for those who work for the city."),
        choices=[(kind.value, kind.label) for kind in reversed(Visibility)],
        widget=Radios,
    )
    organisation = forms.TypedChoiceField(
        label=_("For whom do you write?"),
        help_text=_("The name of the organisation stands at the entry, and its members can change it."),
        required=False,
        coerce=UUID,
        empty_value=None,
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        cities: Sequence[CityCard] = (),
        organisations: Sequence[OrganisationCard] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if organisations:
            self._choose("organisation", [("", _("for myself")), *((str(one.id), one.name) for one in organisations)])
        else:
            del self.fields["organisation"]
        self._choose("language", [("", _("found out by itself")), *NATIVE_NAMES.items()])
        self._choose("themes", [(theme.id, theme.id) for theme in leaf_themes()])
        self._choose(
            "city", [("", _("no city")), *((city.slug, city.name_for(get_language() or "en")) for city in cities)]
        )
        self._choose("place_kind", [(kind.value, kind.label) for kind in PlaceKind])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def clean_version(self) -> int:
        """The version that the editor saw; what is none counts as an old one, and the service says so."""
        version = self.cleaned_data["version"]
        return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0

    def clean_themes(self) -> list[str]:
        """At most six."""
        chosen: list[str] = self.cleaned_data["themes"]
        if len(chosen) > MOST_THEMES:
            raise forms.ValidationError(_("Choose at most six themes."), code="themes.too_many")
        return chosen

    @property
    def theme_groups(self) -> Iterator[dict[str, Any]]:
        """The themes under their top themes, with what is chosen: what the template folds.

        Themes that the administrator hides are offered only where they are chosen already.
        """
        chosen = {str(value) for value in self["themes"].value() or []}
        hidden = set(this_node().hidden_themes) - chosen
        for top in top_themes():
            offered = [leaf.id for leaf in children_of(top.id) if leaf.id not in hidden]
            leaves = [{"id": leaf, "is_chosen": leaf in chosen} for leaf in offered]
            if leaves:
                yield {"id": top.id, "themes": leaves, "chosen": sum(leaf["is_chosen"] is True for leaf in leaves)}


class ProblemForm(RecordForm):
    """A problem."""

    sender = forms.ChoiceField(label=_("Who tells it?"), choices=Sender.choices, widget=Radios)
    affected = forms.MultipleChoiceField(
        label=_("Who is affected?"), choices=Affected.choices, required=False, widget=Checks
    )
    evidence = _long(_("What shows it?"), _("Numbers, observations, links, if there are any."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("sender") == "":
            # The source does not tell; nobody has to make something up in order to change something else.
            self._choose("sender", [("", _("not said")), *Sender.choices])
            self.fields["sender"].required = False


class SolutionForm(RecordForm):
    """A solution."""

    kind = forms.ChoiceField(label=_("Kind of solution"), choices=SolutionKind.choices, widget=Radios)
    stage = forms.ChoiceField(label=_("How far is it?"), required=False, widget=Radios)
    trl = forms.TypedChoiceField(
        label=_("Technology readiness (TRL)"),
        help_text=_("1: an idea, 9: proven in daily work"),
        choices=[("", "–"), *((str(level), str(level)) for level in range(1, 10))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    provider = _line(_("Provider"), _("Firm, city or community that offers it."))
    licence = _line(_("Licence"), most=100)
    cost_low = _amount(_("Cost from (euros)"))
    cost_high = _amount(_("Cost to (euros)"))
    cost_note = _line(_("About the cost"), _("For example: per year, per sensor."))
    condition_law = _long(_("Law"), rows=2, most=2_000)
    condition_responsibilities = _long(_("Who is responsible"), rows=2, most=2_000)
    condition_staff = _long(_("Staff"), rows=2, most=2_000)
    condition_data = _long(_("Data"), rows=2, most=2_000)
    condition_infrastructure = _long(_("Infrastructure"), rows=2, most=2_000)
    standards = _line(_("Standards"), _("Separate them by commas, for example: LoRaWAN, CityGML."), most=1_200)
    contact_role = _line(_("Whom to ask"), _("A role, not a name: for example “smart-city office”."))
    reuse_notes = _long(_("If others want to use it"))
    url = _line(_("Web page"), _("Starts with https://"), most=500, inputmode="url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("stage", [("", _("not said")), *Stage.choices])

    @property
    def conditions(self) -> list[forms.BoundField]:
        """The fields of the frame conditions."""
        return [self[f"condition_{name}"] for name in FRAME_CONDITIONS]


class StatusForm(PlainForm):
    """Move a problem on."""

    status = forms.ChoiceField(label=_("How far is it?"), choices=ProblemStatus.choices, widget=Radios)
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Everybody can read it in the history."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why: everybody can read it in the history.")},
    )


class ImportForm(PlainForm):
    """A publiccode.yml, pasted or as a file."""

    yaml = forms.CharField(
        label=_("Content of the publiccode.yml"),
        help_text=_("Paste the text here, or choose the file below."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("The file"), required=False, max_length=200)


def form_class(kind: str) -> type[RecordForm]:
    """The form of a stream."""
    return ProblemForm if kind == "problem" else SolutionForm
