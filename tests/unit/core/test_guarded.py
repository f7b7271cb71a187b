"""What a partner names cannot lead into our own network, take long, or fill our memory."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from citytandem.core import guarded
from citytandem.core.guarded import Answer, FetchFailed, fetch, is_public

PRIVATE = [
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:a00:1::1", "2002:7f00:1::1", "2600::5efe:10.0.0.1", "2600::200:5efe:a00:1", "3fff::1", "5f00::1", "fc00::1",
    "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "193.0.6.139",
    "2001:4860:4860::8888",
    "2a00::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]

Handle = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def serving(handle: Handle, *, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on this machine that answers as `handle` does; gives its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handle(self)

        do_POST = do_GET  # noqa: N815 - the name that the server looks for

        def log_message(self, *_args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def plain(request: http.server.BaseHTTPRequestHandler) -> None:
    size = int(request.headers.get("content-length", "0"))
    body = b"|".join([
        request.command.encode(), request.path.encode(), request.headers["host"].encode(),
        request.headers["accept-encoding"].encode(), request.rfile.read(size),
    ])  # fmt: skip
    request.send_response(200)
    request.send_header("X-Twice", "1")
    request.send_header("X-Twice", "2")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def ask(port: int, **more: Any) -> Answer:
    usual: dict[str, Any] = {"headers": {}, "seconds": 5, "most_bytes": 1000, "allow_local": True}
    return fetch("GET", f"http://localhost:{port}/a?b=1", **{**usual, **more})


def refused(url: str, **more: Any) -> str:
    usual: dict[str, Any] = {"headers": {}, "seconds": 5, "most_bytes": 1000}
    with pytest.raises(FetchFailed) as caught:
        fetch("GET", url, **{**usual, **more})
    return caught.value.code


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_of_our_own_network_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_open_internet_are(text: str) -> None:
    assert is_public(ip_address(text))


def test_a_question_and_its_answer() -> None:
    with serving(plain) as port:
        answer = ask(port)
        assert answer.status == 200
        assert answer.body == f"GET|/a?b=1|localhost:{port}|identity|".encode()
        assert answer.headers["x-twice"] == "1, 2"
        posted = fetch(
            "POST", f"http://localhost:{port}/", headers={}, body=b"{}", seconds=5, most_bytes=1000, allow_local=True
        )
        assert posted.body.endswith(b"|{}")


@pytest.mark.parametrize(
    "url",
    [
        "http://sofia.example/", "ftp://sofia.example/", "file:///etc/passwd", "https://name:word@sofia.example/",
        "https://", "https://sofia.example:0/", "https://sofia.example:99999/", "https://[::1/", "https://софия.example/",
    ],
)  # fmt: skip
def test_what_is_never_asked(url: str) -> None:
    assert refused(url) == "network.address"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "10.0.0.1"])
def test_this_machine_is_asked_only_where_that_is_allowed(host: str) -> None:
    assert refused(f"https://{host}/") == "network.address"


def test_only_the_name_localhost_is_this_machine() -> None:
    assert refused("http://127.0.0.1:1/", allow_local=True) == "network.address"
    assert refused("https://127.0.0.1:1/", allow_local=True) == "network.address"


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the name server give these answers one after the other; gives the names that were asked."""
    asked: list[str] = []
    usual = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **more: Any) -> list[Any]:
        if host[-1].isdigit():
            return usual(host, port, *args, **more)
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(guarded.socket, "getaddrinfo", look_up)
    return asked


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    assert refused("https://sofia.example/") == "network.address"


def test_a_name_server_that_never_answers_takes_no_longer_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()
    monkeypatch.setattr(guarded.socket, "getaddrinfo", lambda *_args, **_more: is_over.wait(10) and [])
    began = time.monotonic()
    try:
        with pytest.raises(FetchFailed) as error:
            fetch("GET", "https://sofia.example/", headers={}, seconds=0.3, most_bytes=1)
    finally:
        is_over.set()
    assert error.value.code == "network.too_slow"
    assert time.monotonic() - began < 2


def test_the_address_connected_to_is_the_one_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, ["193.0.6.139"], ["127.0.0.1"])
    went: list[str] = []

    def connect(_self: Any, host: str, *_args: Any) -> Any:
        went.append(host)
        raise guarded.httpcore.ConnectError

    monkeypatch.setattr(guarded.httpcore.SyncBackend, "connect_tcp", connect)
    assert refused("https://sofia.example/") == "network.unreachable"
    assert (asked, went) == (["sofia.example"], ["193.0.6.139"])


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server of that name, and for readers who trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())


@pytest.mark.parametrize(("name", "fits"), [("sofia.example", True), ("varna.example", False)])
def test_the_certificate_is_of_the_name_and_not_of_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, fits: bool
) -> None:
    server, reader = certificate(tmp_path, name)
    resolving(monkeypatch, ["127.0.0.1"])
    monkeypatch.setattr(guarded, "is_public", lambda _address: True)
    monkeypatch.setattr(guarded, "_tls", lambda: reader)
    with serving(plain, context=server) as port:
        url = f"https://sofia.example:{port}/x"
        if fits:
            answer = fetch("GET", url, headers={}, seconds=5, most_bytes=1000)
            assert answer.body == f"GET|/x|sofia.example:{port}|identity|".encode()
        else:
            assert refused(url) == "network.tls"


def test_nothing_is_followed() -> None:
    def elsewhere(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", "http://169.254.169.254/")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with serving(elsewhere) as port:
        assert ask(port).status == 302


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://localhost:1")
    monkeypatch.setenv("ALL_PROXY", "http://localhost:1")
    with serving(plain) as port:
        assert ask(port).status == 200


def endless(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(10_000):
        request.wfile.write(b"x" * 65_536)


def announced(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(10**9))
    request.end_headers()
    time.sleep(5)


@pytest.mark.parametrize("handle", [endless, announced])
def test_an_answer_without_end_is_cut_off(handle: Handle) -> None:
    with serving(handle) as port:
        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"network\.too_large"):
            ask(port)
        assert time.monotonic() - began < 3


def test_headers_without_end_are_cut_off() -> None:
    def chatter(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for number in range(100_000):
            request.wfile.write(f"X-{number}: {'y' * 100}\r\n".encode())

    with serving(chatter) as port, pytest.raises(FetchFailed, match=r"network\.(too_large|broken)"):
        ask(port)


def dripping_body(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.05)


def dripping_headers(request: http.server.BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        request.wfile.write(b"H")
        request.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("handle", [dripping_body, dripping_headers])
def test_an_answer_that_drips_ends_when_the_time_is_over(handle: Handle) -> None:
    with serving(handle) as port:
        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"network\.too_slow"):
            ask(port, seconds=0.4)
        assert time.monotonic() - began < 2


def test_a_compressed_answer_is_refused() -> None:
    def compressed(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with serving(compressed) as port, pytest.raises(FetchFailed, match=r"network\.encoding"):
        ask(port)


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchFailed, match=r"network\.unreachable"):
        ask(port)


def test_a_name_that_is_none() -> None:
    assert refused("https://nobody.invalid/") == "network.unknown_host"


def test_a_failure_is_trouble_of_the_network() -> None:
    assert issubclass(FetchFailed, OSError)


def test_what_interferes_sees_question_and_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(guarded, "_interference", [])
    guarded.interfere(lambda phase, url: seen.append((phase, url)))
    with serving(plain) as port:
        ask(port)
    assert [phase for phase, _url in seen] == ["request", "answer"]
