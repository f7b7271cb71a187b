"""One template for every form field, in KERN's markup, with errors tied to their field."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's form renderer with our own field template."""

    field_template_name = "ui/field.html"
    form_template_name = "ui/form.html"
