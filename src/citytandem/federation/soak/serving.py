"""The web server of a node of the soak."""

from __future__ import annotations

import threading
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.wsgi import get_wsgi_application
from django.db import connections


def serve(port: int, *, at_once: bool) -> None:
    """Answer in the background. One request after another spares connections; `at_once` each has a thread of its own."""
    server = (_Together if at_once else _Server)(("127.0.0.1", port), _Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()


class _Server(WSGIServer):
    request_queue_size = 128

    def server_bind(self) -> None:
        """As the one above, without asking the name server for our name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked may have been killed before it got its answer."""


class _Together(ThreadingMixIn, _Server):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As the one above; the thread's connection to the database goes with it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests."""

    timeout = 20

    def log_message(self, *_words: Any) -> None:
        """Nothing."""
