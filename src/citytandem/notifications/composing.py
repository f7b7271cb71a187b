"""Making an e-mail: text and HTML, in one language, with the headers that mail programs and servers go by.

No picture, nothing fetched from anywhere, nothing that tells us whether it was read.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from citytandem.core.node import this_node
from citytandem.core.text import clean_line
from citytandem.notifications.addresses import absolute, host
from citytandem.notifications.wording import CalendarFile, Paragraph

# The pages' own dark blue, as mail programs can read it.
CITY_BLUE = "#1c3f8f"
_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a letter: a heading (in a collected mail), what is said, and a way to its page."""

    body: Sequence[Paragraph]
    action: str
    url: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail before it is written. `unsubscribe`: the token; empty for what people have to get.

    `list_id` and `list_name`: by which mail programs sort (RFC 2919).
    """

    to: str
    language: str
    subject: str
    items: Sequence[Item]
    message_id: str
    intro: str = ""
    whys: Sequence[str] = field(default_factory=tuple)
    unsubscribe: str = ""
    list_id: str = ""
    list_name: str = ""
    for_person: bool = True
    files: Sequence[CalendarFile] = field(default_factory=tuple)


def compose(letter: Letter) -> EmailMultiAlternatives:
    """The e-mail as Django sends it."""
    with translation.override(letter.language):
        made = EmailMultiAlternatives(
            subject=clean_line(letter.subject),
            body=_text(letter),
            from_email=_envelope(),
            to=[letter.to],
            reply_to=[this_node().contact_email] if this_node().contact_email else None,
            headers=_headers(letter),
            alternatives=[(render_html(letter), "text/html")],
        )
        for file in letter.files:
            made.attach(_part(file))
        return made


def _part(file: CalendarFile) -> MIMEText:
    """A calendar file as mail programs know it: with its method (RFC 6047, 2.4)."""
    part = MIMEText(file.content.decode(), "calendar", "utf-8")
    part.set_param("method", file.method)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def _envelope() -> str:
    """To whom mail servers report; the From that people see stands among the headers."""
    return settings.MAIL_RETURN or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _sender() -> str:
    """The node's address under the city's name, unless the operator has given a name of their own."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or clean_line(this_node().name), address))


def _headers(letter: Letter) -> dict[str, str]:
    headers = {
        "From": _sender(),
        "Message-ID": letter.message_id,
        "Content-Language": letter.language,
        # RFC 3834; the second is what Exchange goes by.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.list_id:
        headers["List-Id"] = f"{_phrase(letter.list_name)} <{letter.list_id}.{host()}>"
        headers["Precedence"] = "bulk"
    if letter.unsubscribe:
        ways = [f"<{unsubscribe_url(letter)}>"]
        if settings.MAIL_RETURN:
            ways.append(f"<mailto:{settings.MAIL_RETURN}?subject=unsubscribe%20{letter.unsubscribe}>")
        headers["List-Unsubscribe"] = ", ".join(ways)
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _phrase(name: str) -> str:
    """A name that may stand before an address in brackets."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in name).split())


def unsubscribe_url(letter: Letter) -> str:
    """The address behind "stop these e-mails"."""
    return absolute(f"/notifications/unsubscribe/{letter.unsubscribe}")


def _text(letter: Letter) -> str:
    blocks = [letter.intro] if letter.intro else []
    for item in letter.items:
        if item.heading:
            blocks.append(f"{item.heading}\n{'-' * min(len(item.heading), _WIDTH)}")
        blocks += [_text_of(paragraph) for paragraph in item.body]
        if item.url:
            blocks.append(f"{item.action}:\n{item.url}")
    return "\n\n".join([*(_wrapped(block) for block in blocks), "-- \n" + "\n".join(_foot(letter))]) + "\n"


def _text_of(paragraph: Paragraph) -> str:
    if paragraph.looks == "quote":
        return textwrap.indent(_wrapped(paragraph.text, width=_WIDTH - 2), "> ")
    return f"    {paragraph.text}" if paragraph.looks == "code" else paragraph.text


def _wrapped(text: str, *, width: int = _WIDTH) -> str:
    """Lines of readable length; links and what stands indented stay whole."""
    lines = []
    for line in text.split("\n"):
        keeps = line.startswith((">", "    ")) or "://" in line
        folded = [line] if keeps else textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        lines += folded or [""]
    return "\n".join(lines)


def _foot(letter: Letter) -> list[str]:
    node = this_node()
    lines = [clean_line(node.name), *letter.whys]
    if letter.unsubscribe:
        lines += [_("Stop these e-mails:"), unsubscribe_url(letter)]
    if letter.for_person:
        lines += [_("Choose what you get, and how often:"), absolute("/notifications/settings")]
    return [*lines, *(clean_line(line) for line in node.contact_address.splitlines() if line.strip())]


def render_html(letter: Letter) -> str:
    """The letter as one page of HTML that needs nothing from elsewhere."""
    node = this_node()
    colour = node.colour or CITY_BLUE
    context = {
        "letter": letter,
        "node": node,
        "colour": colour,
        "ink": ink_on(colour),
        "home": absolute("/"),
        "unsubscribe_url": unsubscribe_url(letter) if letter.unsubscribe else "",
        "settings_url": absolute("/notifications/settings") if letter.for_person else "",
    }
    with translation.override(letter.language):
        return render_to_string("notifications/mail/letter.html", context)


def ink_on(colour: str) -> str:
    """Black or white, whichever is better to read on a colour `#rrggbb` (WCAG 2.2, relative luminance)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"
