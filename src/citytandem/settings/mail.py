"""How e-mails leave the node: one address in CITYTANDEM_MAIL_URL instead of eight settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# A mail server that says nothing for so long is down; the job tries again later.
SECONDS_TO_ANSWER = 20
_PORTS = {"smtp": 25, "smtps": 465}
_FILES = "django.core.mail.backends.filebased.EmailBackend"
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def mail_settings(url: str, *, sender: str, data: Path) -> dict[str, Any]:
    """Django's EMAIL_* settings of an address.

    `smtp://user:password@host:587?tls=start` (STARTTLS), `smtps://…` (TLS from the first byte), `file:///folder`. Without
    an address each e-mail becomes a file in `data`/mail, so that a fresh node works and its operator can read them.
    Raises ImproperlyConfigured for any other address, and for a mail server without a sender.
    """
    parts = urlsplit(url)
    common = {"DEFAULT_FROM_EMAIL": sender or "citytandem@localhost", "EMAIL_TIMEOUT": SECONDS_TO_ANSWER}
    if not url or parts.scheme == "file":
        folder = Path(unquote(parts.path)) if url else data / "mail"
        if not folder.is_absolute() or parts.netloc:
            raise ImproperlyConfigured("CITYTANDEM_MAIL_URL: a folder is written as file:///its/whole/path")
        return {**common, "EMAIL_BACKEND": _FILES, "EMAIL_FILE_PATH": str(folder)}
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ImproperlyConfigured("CITYTANDEM_MAIL_URL begins with smtp://, smtps:// or file:///, and names a host")
    if not sender:
        raise ImproperlyConfigured("CITYTANDEM_MAIL_FROM: say from which address the node writes")
    return {**common, "EMAIL_BACKEND": _SMTP, **_server(url)}


def _server(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = parse_qs(parts.query, keep_blank_values=True)
    tls = options.pop("tls", [""])[-1]
    if options or tls not in ("", "start") or (tls and parts.scheme == "smtps"):
        raise ImproperlyConfigured("CITYTANDEM_MAIL_URL: the only option is tls=start, and smtps:// needs none")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise ImproperlyConfigured("CITYTANDEM_MAIL_URL: the port is no number that fits") from error
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "start",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
