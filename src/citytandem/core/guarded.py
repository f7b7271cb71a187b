"""Asking an address that somebody else has named, a partner node for example, so that it cannot lead us into our own network.

Names are resolved once, every address they stand for is checked, and the connection goes to an address that was checked:
a second answer of the name server (DNS rebinding) changes nothing. Nothing is followed, no proxy of the environment is
used, and time and bytes are bounded while the answer is still coming.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

import httpcore
import httpx

from citytandem.core.outbound import CONNECT_SECONDS, OutboundFailed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Phase = Literal["request", "answer"]

# Headers come on top of what the caller allows for the body.
_HEADER_BYTES = 64 * 1024
_HTTPS, _HTTP = 443, 80
# How many names are looked up at once in a process.
_looking_up = threading.BoundedSemaphore(32)
_LOCAL = "localhost"
_WORLD = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = 0x00005EFE
# IANA special-purpose registries; those that `is_global` of this Python does not know.
_RESERVED = [
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48")
]


class FetchFailed(OutboundFailed, OSError):
    """Nothing usable came back, as with any trouble of a network.

    `code` is stable and starts with `network.`; it says nothing of our own network.
    """

    def __init__(self, code: str, host: str) -> None:
        super().__init__(f"{host}: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. `headers`: names in small letters, repeated ones joined by `, `."""

    status: int
    headers: Mapping[str, str]
    body: bytes


# For trying out what a bad network does: called before a request leaves and after its answer came; may raise FetchFailed.
_interference: list[Callable[[Phase, str], None]] = []


def interfere(hook: Callable[[Phase, str], None]) -> None:
    """Let every exchange from now on pass through `hook` twice."""
    _interference.append(hook)


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    seconds: float,
    most_bytes: int,
    allow_local: bool = False,
) -> Answer:
    """One request and its whole answer.

    https only; with `allow_local` also `http://localhost`, which then has to be this machine. `seconds` bounds everything
    from the name to the last byte, `most_bytes` the body. Raises FetchFailed with `network.address` (not a public
    address, or none we ask), `network.unknown_host`, `network.unreachable`, `network.tls`, `network.too_slow`,
    `network.too_large`, `network.encoding` or `network.broken`.
    """
    host, is_local = _checked(url, allow_local=allow_local)
    for hook in _interference:
        hook("request", url)
    line = _Line(host, is_local=is_local, deadline=time.monotonic() + seconds, most_bytes=most_bytes + _HEADER_BYTES)
    try:
        answer = _exchange(method, url, headers=headers, body=body, line=line, most_bytes=most_bytes)
    except httpcore.TimeoutException:
        raise FetchFailed("network.too_slow", host) from None
    except httpcore.ConnectError as error:
        raise FetchFailed("network.tls" if _is_tls(error) else "network.unreachable", host) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
        raise FetchFailed("network.broken", host) from None
    for hook in _interference:
        hook("answer", url)
    return answer


def _checked(url: str, *, allow_local: bool) -> tuple[str, bool]:
    """Host, and whether it is this machine. Raises FetchFailed for what is never asked."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FetchFailed("network.address", "") from None
    if not host or not host.isascii() or parts.username is not None or parts.fragment or port == 0:
        raise FetchFailed("network.address", host)
    is_local = allow_local and host == _LOCAL
    if parts.scheme != "https" and not (is_local and parts.scheme == "http"):
        raise FetchFailed("network.address", host)
    return host, is_local


def _exchange(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes, line: _Line, most_bytes: int
) -> Answer:
    # Compressed answers could be a thousand times larger than what was counted.
    sent = {"accept-encoding": "identity", "connection": "close", **headers}
    with (
        httpcore.ConnectionPool(ssl_context=_tls(), network_backend=line, max_connections=1) as pool,
        pool.stream(method, url, headers=list(sent.items()), content=body or None) as answer,
    ):
        found = _joined(answer.headers)
        if found.get("content-encoding", "identity") != "identity":
            raise FetchFailed("network.encoding", line.host)
        size_told = found.get("content-length", "0")
        if size_told.isascii() and size_told.isdigit() and int(size_told[:20]) > most_bytes:
            raise FetchFailed("network.too_large", line.host)
        parts, size = [], 0
        for part in answer.iter_stream():
            size += len(part)
            if size > most_bytes:
                raise FetchFailed("network.too_large", line.host)
            parts.append(part)
        return Answer(status=answer.status, headers=found, body=b"".join(parts))


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """RFC 9110, 5.3."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The usual authorities, or those that the operator names in SSL_CERT_FILE."""
    return httpx.create_ssl_context()


def _is_tls(error: BaseException) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(cause, ssl.SSLError)


class _Line(httpcore.NetworkBackend):
    """Connects to checked addresses only, and cuts off what takes too long or sends too much."""

    def __init__(self, host: str, *, is_local: bool, deadline: float, most_bytes: int) -> None:
        self.host = host
        self._is_local = is_local
        self._deadline = deadline
        self._most_bytes = most_bytes
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline counts
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of `host` that answers; all of them must be allowed."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses(host, port, is_local=self._is_local, seconds=left(self._deadline)):
            seconds = min(CONNECT_SECONDS, left(self._deadline))
            try:
                stream = self._backend.connect_tcp(str(address), port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, deadline=self._deadline, most_bytes=self._most_bytes, host=self.host)
        raise failure

    def sleep(self, seconds: float) -> None:
        """Between attempts, of which there are none."""
        time.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection with an end in time and in bytes, also while headers or handshakes drip."""

    def __init__(self, stream: httpcore.NetworkStream, *, deadline: float, most_bytes: int, host: str) -> None:
        self._stream = stream
        self._deadline = deadline
        self._left_bytes = most_bytes
        self._host = host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline counts
        """As the stream below."""
        data = self._stream.read(max_bytes, left(self._deadline))
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise FetchFailed("network.too_large", self._host)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline counts
        """As the stream below."""
        self._stream.write(buffer, left(self._deadline))

    def close(self) -> None:
        """As the stream below."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline counts
    ) -> httpcore.NetworkStream:
        """The certificate has to be of the name that was asked for, not of the address."""
        inner = self._stream.start_tls(ssl_context, server_hostname, left(self._deadline))
        return _Stream(inner, deadline=self._deadline, most_bytes=self._left_bytes, host=self._host)

    def get_extra_info(self, info: str) -> object:
        """As the stream below."""
        return self._stream.get_extra_info(info)


def left(deadline: float) -> float:
    """Seconds until then. Raises the timeout of the library where there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout
    return seconds


def addresses(host: str, port: int, *, is_local: bool, seconds: float) -> list[Address]:
    """What a name stands for now. Raises FetchFailed unless every one of them may be asked."""
    rows = _looked_up(host, port, seconds=seconds)
    found = list(dict.fromkeys(ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows))
    allowed = (lambda one: one.is_loopback) if is_local else is_public
    if not found or not all(allowed(one) for one in found):
        raise FetchFailed("network.address", host)
    return found


def _looked_up(host: str, port: int, *, seconds: float) -> Sequence[tuple[Any, ...]]:
    """Rows of `getaddrinfo`, which knows no end in time and so has a thread to itself. Raises FetchFailed."""
    found: Future[Sequence[tuple[Any, ...]]] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - the caller gets it
            found.set_exception(error)
        finally:
            _looking_up.release()

    # Threads that nobody waits for any more still run: name servers that never answer must not gather them.
    if not _looking_up.acquire(timeout=seconds):
        raise FetchFailed("network.too_slow", host)
    threading.Thread(target=look_up, daemon=True).start()
    try:
        return found.result(timeout=seconds)
    except TimeoutError:
        raise FetchFailed("network.too_slow", host) from None
    except (OSError, UnicodeError):
        raise FetchFailed("network.unknown_host", host) from None


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, also by the address of version 4 that it carries within."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _carried(address)
        if inner is not None and not is_public(inner):
            return False
        if address.ipv4_mapped is not None or address in _NAT64:
            return True  # nothing but the address within
        if address not in _WORLD:
            return False
    if any(address.version == network.version and address in network for network in _RESERVED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Mapped (RFC 4291, 2.5.5.2), translated (RFC 6052), 6to4 (RFC 3056) and ISATAP (RFC 5214)."""
    is_isatap = (int(address) >> 32) & 0xFDFFFFFF == _ISATAP
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 or is_isatap else None
    return address.ipv4_mapped or address.sixtofour or last
