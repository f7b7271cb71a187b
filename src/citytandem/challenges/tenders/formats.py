"""Numbers, amounts and dates as a language writes them in an official document."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

# Decimal sign, sign between thousands, order of a date. Others write as ISO 8601 and with a point.
_HABITS = {
    "bg": (",", "\u00a0", "%d.%m.%Y"), "de": (",", ".", "%d.%m.%Y"), "el": (",", ".", "%d/%m/%Y"),
    "en": (".", ",", "%Y-%m-%d"), "fr": (",", "\u00a0", "%d/%m/%Y"), "it": (",", ".", "%d/%m/%Y"),
    "nl": (",", ".", "%d-%m-%Y"), "pl": (",", "\u00a0", "%d.%m.%Y"), "ro": (",", ".", "%d.%m.%Y"),
}  # fmt: skip
_OTHERS = (".", "\u00a0", "%Y-%m-%d")


def number(value: Decimal, language: str) -> str:
    """Grouped by thousands, with the decimals that it has."""
    point, between, _order = _HABITS.get(language, _OTHERS)
    whole, _point, decimals = f"{value:,f}".partition(".")
    return whole.replace(",", between) + (point + decimals if decimals else "")


def amount(value: Decimal, currency: str, language: str) -> str:
    """With two decimals and the code of the currency, which cannot be taken for another."""
    return f"{number(value.quantize(Decimal('0.01')), language)}\u00a0{currency}"


def share(value: Decimal, language: str) -> str:
    """A share in per cent."""
    return f"{number(value, language)}\u00a0%"


def day(moment: date, language: str) -> str:
    """A date; a time is said with its distance from UTC."""
    told = moment.strftime(_HABITS.get(language, _OTHERS)[2])
    if isinstance(moment, datetime):
        told += f" {moment:%H:%M} (UTC{moment.isoformat(timespec='minutes')[-6:]})"
    return told
