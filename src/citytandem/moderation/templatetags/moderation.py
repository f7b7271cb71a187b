"""Template tags of moderation."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from citytandem.moderation.reasons import Piece
from citytandem.moderation.traps import signed_now

register = template.Library()


@register.simple_tag
def shown_now() -> str:
    """The present time, signed, for a form."""
    return signed_now()


@register.simple_tag
def pieces(found: list[Piece]) -> SafeString:
    """A text with its marked places; each says in words why it is marked, for colour alone tells nobody."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in found))


def _piece(piece: Piece) -> SafeString:
    if not piece.label:
        return format_html("{}", piece.text)
    return format_html('<mark class="ct-mark">{}<span class="ct-mark__why"> {}</span></mark>', piece.text, piece.label)
