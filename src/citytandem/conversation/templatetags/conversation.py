"""The words of a comment, with addresses and departments as links; nothing in it is ever markup."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from citytandem.conversation.words import Part, shown_address

register = template.Library()


@register.filter
def comment_words(parts: Iterable[Part]) -> SafeString:
    """The pieces of a comment one after the other; line ends and blank lines as they were typed."""
    return format_html_join("", "{}", ((_piece(part),) for part in parts))


def _piece(part: Part) -> SafeString:
    if part.href:
        return format_html(
            '<a href="{}" rel="nofollow ugc noopener">{}</a>', part.href, shown_address(part.href)
        )  # fmt: skip
    if part.slug:
        return format_html('<a class="ct-mention" href="/departments/{}">{}</a>', part.slug, part.text)
    # The text is escaped first: the only markup in it is ours.
    return mark_safe("<br>".join(format_html("{}", line) for line in part.text.split("\n")))  # noqa: S308
