"""Words and sites that make a text wait for a moderator, as administrators write them: one on each line."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Invalid
from citytandem.core.text import clean_line, clean_text

MOST_LINES = 2_000
LONGEST_LINE = 100
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def word_lines(text: str) -> str:
    """One word or phrase a line, each once, in order. Raises Invalid."""
    return _joined([clean_line(line) for line in clean_text(text).split("\n")], field="blocked_words")


def host_lines(text: str) -> str:
    """One host a line, without what else an address has: `https://www.spam.example/x` becomes `www.spam.example`."""
    hosts = []
    for number, line in enumerate(clean_text(text).split("\n"), start=1):
        bare = clean_line(line)
        if not bare:
            continue
        host = _host_of(bare)
        if not host:
            message = _("Line %(line)s is not the name of a site: %(text)s") % {"line": number, "text": bare[:60]}
            raise Invalid("filter.host", message, field="blocked_hosts")
        hosts.append(host)
    return _joined(hosts, field="blocked_hosts")


def _host_of(text: str) -> str:
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = host.encode("idna").decode().lower() if host else ""
    except (ValueError, UnicodeError):
        return ""
    return host if _HOST.fullmatch(host) else ""


def _joined(lines: list[str], *, field: str) -> str:
    once = list(dict.fromkeys(line for line in lines if line))
    if len(once) > MOST_LINES:
        message = _("There are too many entries: at most %(max_length)s.") % {"max_length": MOST_LINES}
        raise Invalid("filter.too_many", message, field=field)
    if any(len(line) > LONGEST_LINE for line in once):
        message = _("A line is too long: at most %(max_length)s characters.") % {"max_length": LONGEST_LINE}
        raise Invalid("filter.too_long", message, field=field)
    return "\n".join(once)
