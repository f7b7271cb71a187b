"""A little web server on loopback that a test scripts: stands in for services that a node asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Answer:
    """What to say. `body` as JSON, or `raw` as it is; `slowly` is a number of seconds between its bytes."""

    body: Any = None
    status: int = 200
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    slowly: float = 0.0


@dataclass
class Service:
    """The running stand-in."""

    url: str
    asked: list[Asked]
    ended: threading.Event


@contextmanager
def service(answer: Callable[[Asked], Answer]) -> Iterator[Service]:
    """Serve until the block ends; `answer` is called for each POST."""
    running = Service("", [], threading.Event())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            running.asked.append(Asked(self.path, dict(self.headers), json.loads(raw)))
            told = answer(running.asked[-1])
            content = told.raw if told.raw is not None else json.dumps(told.body).encode()
            with suppress(OSError):
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self._send(content, told.slowly)

        def _send(self, content: bytes, slowly: float) -> None:
            if not slowly:
                self.wfile.write(content)
                return
            for position in range(len(content)):
                if running.ended.wait(slowly):
                    return
                self.wfile.write(content[position : position + 1])
                self.wfile.flush()

        def log_message(self, *_told: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
