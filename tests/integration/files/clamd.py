"""A small scanner that speaks clamd's protocol strictly, on TCP or on a Unix socket; it knows one virus, which is none."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Agreed on by the makers of scanners for tests; written in two parts so that none of them finds this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


class _Talk(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        if self.rfile.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while True:
            head = self.rfile.read(4)
            if len(head) != 4:
                return
            (length,) = struct.unpack(">L", head)
            if length == 0:
                break
            piece = self.rfile.read(length)
            if len(piece) != length:
                return
            content += piece
            if len(content) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.heard.append(content)
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def clamd(at: Path | None = None, *, most: int = 25_000_000) -> Iterator[tuple[str, list[bytes]]]:
    """Its address and what it has been asked about."""
    server: Any = _Unix(str(at), _Talk) if at else _Tcp(("127.0.0.1", 0), _Talk)
    server.heard, server.most = [], most
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield (f"unix://{at}" if at else f"tcp://127.0.0.1:{server.server_address[1]}"), server.heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
