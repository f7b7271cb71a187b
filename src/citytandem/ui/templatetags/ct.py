"""Template tags of the design system; what each one draws is shown in docs/develop/design-system.md."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from citytandem.core import themes
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.versions import Reading, read
from citytandem.ui import countries
from citytandem.ui.prose import blocks

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A sign of the sprite. It is decoration: the word beside it says the same."""
    return format_html(
        '<svg class="ct-icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("ui/icons.svg"),
        name,
    )


@register.filter
def theme_label(theme_id: str) -> str:
    """Label of a theme in the language of the page."""
    return themes.theme_label(theme_id, get_language() or "en")


@register.filter
def language_name(code: str) -> str:
    """A language by its own name."""
    return NATIVE_NAMES.get(code, code)


@register.filter
def country_name(code: str) -> str:
    """A country in the language of the page; its code if we have no name."""
    return countries.country_name(code)


@register.filter
def number(value: Any) -> str:
    """A number as the language of the page writes it."""
    return "" if value is None else str(number_format(value, force_grouping=True))


@register.filter
def hundredths(share: float) -> int:
    """A share in [0, 1] as whole hundredths, for the width of a bar."""
    return round(100 * max(0.0, min(1.0, float(share))))


@register.simple_tag
def words(reading: Reading) -> SafeString:
    """A text on one line; in another language than the page it says which, for screen readers and hyphenation."""
    if reading.language == get_language():
        return format_html("{}", reading.text)
    return format_html('<span lang="{}">{}</span>', reading.language, reading.text)


@register.simple_tag
def paragraphs(reading: Reading) -> SafeString:
    """A long text in paragraphs, line breaks kept, with its language where that is not the page's."""
    parts = [part.strip().split("\n") for part in reading.text.split("\n\n") if part.strip()]
    body = format_html_join("", "<p>{}</p>", ((_lines(part),) for part in parts))
    if reading.language == get_language():
        return body
    return format_html('<div lang="{}">{}</div>', reading.language, body)


def _lines(lines: list[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))


@register.inclusion_tag("ui/components/prose.html")
def city_text(name: str) -> dict[str, Any]:
    """A text that the administrator wrote for this place (imprint, terms …), in the reader's language if it is there."""
    node = this_node()
    reading = read(node.texts.get(name), reader=get_language() or "en", original=node.language)
    return {"parts": blocks(reading.text), "lang": "" if reading.language == get_language() else reading.language}


@register.inclusion_tag("ui/components/language_badge.html")
def language_badge(reading: Reading, original: str = "", also: Reading | None = None) -> dict[str, Any]:
    """Says in which language a text is shown where that is not the page's, and whether a machine translated it.

    `also` is shown beside it: one badge tells for both.
    """
    return {
        "is_machine": reading.is_machine or (also is not None and also.is_machine),
        "shown": reading.language if reading.text and reading.language != get_language() else "",
        "original": original if original and original != reading.language else "",
    }


@register.inclusion_tag("ui/components/score.html")
def score_bar(score: float, words: str, stream: str = "solution") -> dict[str, Any]:
    """A score as words and a small bar; the number is behind a summary."""
    return {"hundredths": hundredths(score), "words": words, "stream": stream}


@register.inclusion_tag("ui/components/europe.html")
def europe_map(drawing: Any, label: str) -> dict[str, Any]:
    """A `citytandem.ui.charts.Drawing` with its places as links and its lines."""
    unit = drawing.letters / drawing.scale
    return {"drawing": drawing, "label": label, "radius": 9 * unit, "size": 26 * unit}


@register.inclusion_tag("ui/components/theme_chips.html")
def theme_chips(ids: list[str], stream: str = "") -> dict[str, Any]:
    """Themes as links to the list of a stream (`problem` or `solution`), or as plain words without one."""
    return {"ids": ids, "stream": stream}


@register.filter
def city_name(city: Any) -> str:
    """The name of a city card as the reader can read it: София for Bulgarians, Sofia for others."""
    return str(city.name_for(get_language() or "en"))


@register.filter
def city_language(city: Any) -> str:
    """Language of that name, for the `lang` attribute; empty where it is written for the reader."""
    return str(city.name_language(get_language() or "en"))
