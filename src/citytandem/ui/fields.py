"""Form fields for numbers as people of nine languages type them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms

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
