"""Which countries are Europe here. Pure."""

from __future__ import annotations

# The continent as GeoNames draws it, with Türkiye, without Russia, dependent territories and the Vatican.
COUNTRIES = frozenset([
    "AD", "AL", "AT", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR",
    "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT",
    "RO", "RS", "SE", "SI", "SK", "SM", "TR", "UA", "XK",
])  # fmt: skip
