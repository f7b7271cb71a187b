"""The form on which our city says how far it is with a partner's solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.core.versions import Reading, read
from citytandem.streams.answers import status_labels
from citytandem.streams.models import FRAME_CONDITIONS
from citytandem.streams.models_shared import Reuse
from citytandem.streams.pages import condition_labels
from citytandem.streams.services.reusing import LONGEST_RESULTS, ReuseTold
from citytandem.ui.forms import PlainForm, Radios

_NOTHING = Reading("", "", "human", is_original=True)


class ReuseForm(PlainForm):
    """`there`: what the solution's own city says, by condition."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    status = forms.ChoiceField(label=_("How far is it?"), widget=Radios)
    since = forms.DateField(
        label=_("Since when?"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    results = forms.CharField(
        label=_("Results"),
        help_text=_("Numbers, surprises, what you would do in another way. No names of people."),
        required=False,
        max_length=LONGEST_RESULTS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    evidence_url = forms.CharField(
        label=_("Where it can be read in full"),
        help_text=_("Starts with https://"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )

    def __init__(self, *args: Any, there: Mapping[str, Reading], **kwargs: Any) -> None:
        labels = condition_labels()
        self._there = there
        super().__init__(*args, **kwargs)
        for name in FRAME_CONDITIONS:
            attrs = {"rows": 3, "class": "kern-form-input__input"}
            self.fields[f"condition_{name}"] = forms.CharField(
                label=labels[name], required=False, max_length=2_000, widget=forms.Textarea(attrs=attrs)
            )
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)  # noqa: S101 - for the type checker
        status.choices = list(status_labels().items())

    @property
    def conditions(self) -> Iterator[tuple[forms.BoundField, Reading]]:
        """Each condition with what the other city says of it."""
        for name in FRAME_CONDITIONS:
            yield self[f"condition_{name}"], self._there.get(name, _NOTHING)

    @property
    def solution_told(self) -> bool:
        """Whether the other city has said anything."""
        return bool(self._there)

    def clean_version(self) -> int:
        """The version that was seen; what is none counts as an old one, and the service says so."""
        version = self.cleaned_data["version"]
        return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def initial_of(own: Reuse | None) -> dict[str, Any]:
    """What we have said so far."""
    if own is None:
        return {"status": "planned", "version": "0"}
    texts = {
        f"condition_{name}": read(versions, reader=own.language, original=own.language).text
        for name, versions in own.conditions.items()
    }
    results = read(own.results, reader=own.language, original=own.language).text
    plain = {"status": own.status, "since": own.since, "evidence_url": own.evidence_url, "version": str(own.version)}
    return {**plain, "results": results, **texts}


def told_of(values: Mapping[str, Any]) -> ReuseTold:
    """What the form says, for the service."""
    return ReuseTold(
        status=values["status"],
        conditions={name: values[f"condition_{name}"] for name in FRAME_CONDITIONS},
        results=values["results"],
        since=values["since"],
        evidence_url=values["evidence_url"],
        version=values["version"],
    )
