"""Asks a virus scanner that speaks clamd's protocol: one file per connection, sent in pieces (INSTREAM)."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Unavailable

_SECONDS = 60.0
_PIECE = 65_536
_LONGEST_ANSWER = 4_096
_FOUND = re.compile(r"^(?:stream|instream\([^)]*\)): (?P<name>.+) FOUND$")


def has_scanner() -> bool:
    """Whether a scanner is configured. If one is, nothing is published without its word."""
    return bool(settings.CLAMAV)


def scan(content: bytes) -> str:
    """The name of what was found, or empty for a clean file. Raises Unavailable if the scanner gives no clear answer."""
    try:
        with _connected(settings.CLAMAV) as line:
            answer = _asked(line, content)
    except (OSError, ValueError) as error:
        raise _silent(str(error)) from error
    found = _FOUND.match(answer)
    if found:
        return found["name"]
    if not answer.endswith(": OK"):
        raise _silent(answer)
    return ""


def _connected(address: str) -> socket.socket:
    """`tcp://host:3310` or `unix:///run/clamav/clamd.ctl`; raises OSError or ValueError."""
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=_SECONDS)
    if parts.scheme != "unix" or not parts.path:
        raise ValueError(f"not an address of a scanner: {address}")
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(_SECONDS)
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _asked(line: socket.socket, content: bytes) -> str:
    """`zINSTREAM`, pieces each after its length, a length of zero; the answer ends with a NUL (clamd(8))."""
    try:
        line.sendall(b"zINSTREAM\0")
        for piece in _pieces(content):
            line.sendall(struct.pack(">L", len(piece)) + piece)
        line.sendall(struct.pack(">L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # a scanner that has heard enough says why before it hangs up
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        part = line.recv(1_024)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _pieces(content: bytes) -> Iterable[bytes]:
    return (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))


def _silent(why: str) -> Unavailable:
    return Unavailable("scanner.unavailable", _("The virus scanner does not answer. Try again later."), why=why)
