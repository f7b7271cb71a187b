"""A city's colour as a stylesheet, for light and dark. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citytandem.accounts.administration.contrast import WHITE, mix, nearest_passing

# What the city's colour stands on as text, or has as text on it: paper, surface, sunken and the soft grounds of the two
# streams in `tokens.css`, as sRGB.
LIGHT_GROUNDS = (WHITE, "#fdfaf6", "#f7f3ed", "#ffefe6", "#e4f6f5")
DARK_GROUNDS = ("#111316", "#1a1c21", "#22242a", "#382118", "#112b2b")


@dataclass(frozen=True, slots=True)
class Shades:
    """The colour for text, links and buttons, and the soft ground below a badge; for light and for dark pages."""

    light: str
    light_soft: str
    dark: str
    dark_soft: str


def shades(colour: str) -> Shades:
    """Shades of a city's colour, each readable where it is used; the light one is the colour itself wherever it can be."""
    light_soft = mix(WHITE, colour, 0.06)
    dark_soft = mix(DARK_GROUNDS[1], colour, 0.25)
    return Shades(
        light=nearest_passing(colour, (*LIGHT_GROUNDS, light_soft)),
        light_soft=light_soft,
        dark=nearest_passing(mix(colour, WHITE, 0.45), (*DARK_GROUNDS, dark_soft)),
        dark_soft=dark_soft,
    )


def stylesheet(colour: str) -> str:
    """The tokens of a city. The same selectors as `tokens.css`, which it follows."""
    found = shades(colour)
    light = f"--ct-city: {found.light}; --ct-city-soft: {found.light_soft};"
    dark = f"--ct-city: {found.dark}; --ct-city-soft: {found.dark_soft};"
    return (
        f":root {{ {light} }}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f'    :root:not([data-kern-theme="light"]) {{ {dark} }}\n'
        "}\n"
        f'@media screen {{ :root[data-kern-theme="dark"] {{ {dark} }} }}\n'
    )
