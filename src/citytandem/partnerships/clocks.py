"""Moments that people type: on whose clock, and which of them do not exist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOMENT = "%Y-%m-%dT%H:%M"


class WallClockField(forms.DateTimeField):
    """A moment as it is typed, without a zone: the form says on whose clock. Django's field reads it on the reader's."""

    def to_python(self, value: Any) -> datetime | None:
        """In UTC, where every time of day exists once."""
        with timezone.override(UTC):
            return super().to_python(value)


def moment_field(label: Any, hint: Any = "", *, required: bool = True) -> WallClockField:
    """Typed into the browser's own field for day and time."""
    return WallClockField(
        label=label, help_text=hint, required=required,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )  # fmt: skip


def read_on_the_clock(form: forms.Form, names: Iterable[str], *, zone: ZoneInfo) -> None:
    """Take what was typed into `names` as the time in `zone`; an hour that the clocks leave out gets an error."""
    for name in names:
        typed = form.cleaned_data.get(name)
        if isinstance(typed, datetime):
            there = typed.replace(tzinfo=zone).astimezone(UTC)
            form.cleaned_data[name] = there
            if there.astimezone(zone).replace(tzinfo=None) != typed.replace(tzinfo=None):
                form.add_error(name, _("There is no such time on that day: the clocks go forward."))
