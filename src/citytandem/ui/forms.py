"""Forms in KERN's markup: one template for every field, errors tied to their field, nothing typed gets lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from citytandem.core.errors import DomainError


class Renderer(TemplatesSetting):
    """Django's form renderer with our own field template."""

    field_template_name = "ui/field.html"
    form_template_name = "ui/form.html"


_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "ct-check__box"),
    (forms.CheckboxSelectMultiple, "ct-check__box"),
    (forms.RadioSelect, "ct-check__box"),
    (forms.Select, "kern-form-input__select"),
    (forms.Textarea, "kern-form-input__input"),
    (forms.widgets.Input, "kern-form-input__input"),
)


def dress(field: forms.Field) -> forms.Field:
    """Give a field the class of its widget; forms that make fields of their own call it for each."""
    looks = next((name for kind, name in _CLASSES if isinstance(field.widget, kind)), "")
    if looks and not field.widget.is_hidden:
        field.widget.attrs.setdefault("class", looks)
    return field


class PlainForm(forms.Form):
    """Base of all forms: KERN's classes on the widgets; the browser's own checks stay out of the way."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain at its field, or above the form."""
        known = error.field if error.field in self.fields else None
        self.add_error(known, str(error.message))


class Checks(forms.CheckboxSelectMultiple):
    """Boxes to tick, in columns."""

    template_name = "ui/widgets/checks.html"


class Radios(forms.RadioSelect):
    """One of a few, in columns."""

    template_name = "ui/widgets/checks.html"
