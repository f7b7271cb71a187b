"""Form fields for numbers and areas as people of nine languages type them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.core.areas import (
    MOST_CORNERS,
    NoCorner,
    TooManyCorners,
    area_of,
    corners_of_text,
    is_flat,
    text_of_area,
)

_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_THOUSANDS = re.compile(r"^-?\d{1,3}([.,]\d{3})+$")


def plain_number(text: str) -> str:
    """`1.000,50`, `1,000.50`, `1 000,5` and `1000.5` as Python reads them; what is no number comes back as it is.

    A single separator before exactly three digits parts thousands: nobody writes tenths of a cent.
    """
    bare = _SPACES.sub("", text)
    if _THOUSANDS.match(bare):
        return re.sub("[.,]", "", bare)
    decimal = max(bare.rfind("."), bare.rfind(","))
    if decimal < 0:
        return bare
    return re.sub("[.,]", "", bare[:decimal]) + "." + bare[decimal + 1 :]


class AmountField(forms.DecimalField):
    """An amount of money. A text field: a browser's number field throws away what it cannot read."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """See DecimalField."""
        return super().to_python(plain_number(value) if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"inputmode": "decimal"}


class DegreesField(forms.FloatField):
    """Degrees of latitude or longitude, with a point or a comma."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """See FloatField."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"inputmode": "decimal", "autocomplete": "off"}


class AreaField(forms.CharField):
    """Corners of an area, one per line; cleaned, a GeoJSON polygon or None."""

    widget = forms.Textarea

    def clean(self, value: Any) -> dict[str, Any] | None:
        """See Field; each refusal says what to do."""
        text = super().clean(value)
        try:
            corners = corners_of_text(text)
        except NoCorner as error:
            message = _("Line %(line)s is not a latitude and a longitude on earth.")
            raise forms.ValidationError(message, code="area.corner", params={"line": error.line}) from error
        except TooManyCorners as error:
            message = _("There are too many entries: at most %(max_length)s.")
            raise forms.ValidationError(message, code="area.too_many", params={"max_length": MOST_CORNERS}) from error
        if corners and is_flat(corners):
            message = _("An area needs at least three corners that do not lie on one line.")
            raise forms.ValidationError(message, code="area.too_few")
        return area_of(corners) if corners else None

    def prepare_value(self, value: Any) -> Any:
        """A stored polygon as it is typed; what was typed as it was typed."""
        return text_of_area(value) if isinstance(value, dict) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"rows": 5, "autocomplete": "off", "spellcheck": "false"}


class AreasField(forms.CharField):
    """Several areas, an empty line between them; cleaned, a list of GeoJSON polygons."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """See Field; what is refused is refused as for one area."""
        text = super().clean(value)
        one = AreaField(required=False, max_length=None)
        areas = (one.clean(part) for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if part.strip())
        return [area for area in areas if area is not None]

    def prepare_value(self, value: Any) -> Any:
        """Stored polygons as they are typed; what was typed as it was typed."""
        return "\n\n".join(text_of_area(area) for area in value) if isinstance(value, list | tuple) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"rows": 8, "autocomplete": "off", "spellcheck": "false"}
