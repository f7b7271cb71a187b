"""The column for content in several languages (`core.versions` tells its shape), and what it refuses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import is_language


def validate_translations(value: Any) -> None:
    """Raise ValidationError unless `value` has the stored shape."""
    if not isinstance(value, dict):
        raise ValidationError(_("Expected texts by language."), code="translations.shape")
    for language, version in value.items():
        if not is_language(language):
            raise ValidationError(
                _("Unknown language “%(language)s”."), code="language.unknown", params={"language": language}
            )
        well_formed = isinstance(version, dict) and isinstance(version.get("text"), str)
        if not well_formed or version.get("by", "human") not in ("human", "machine"):
            raise ValidationError(_("Expected texts by language."), code="translations.shape")


class TranslatedField(models.JSONField):
    """JSONB column with one text per language; one query, and no migration when a language is added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_translations]
