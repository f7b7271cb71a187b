"""A node of the protocol on this machine, for reading from: honest unless told otherwise."""

from __future__ import annotations

import http.server
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from citytandem.core import clock
from citytandem.federation.models import Peer, PeerState
from citytandem.federation.protocol.did import NodeKey, base_address, document, method, read_document
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import start
from citytandem.federation.protocol.proofs import keyring
from citytandem.federation.protocol.signatures import Message, signed, verify
from citytandem.federation.services.identity import own_document
from tests.unit.federation.nodes import Node


@dataclass
class Reply:
    """What goes back, before it is signed."""

    status: int
    body: bytes


@dataclass
class Served:
    """A node that answers. `twist` may change a reply before it is signed, `spoil` the headers and the body after it."""

    node: Node
    peer: Peer
    twist: Callable[[str, Reply], Reply] = lambda _path, reply: reply
    spoil: Callable[[dict[str, str], bytes], bytes] = lambda _headers, body: body
    heads: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    signing_key: PrivateKey | None = None
    documents: list[dict[str, Any]] = field(default_factory=list)
    most_entries: int = 1000

    @property
    def document(self) -> dict[str, Any]:
        """As it publishes it now."""
        return self.documents[-1]


def document_of(node: Node, *more: PrivateKey) -> dict[str, Any]:
    """The document of a node on this machine."""
    keys = [NodeKey(key.public) for key in (node.key, *more)]
    return document(node.did, keys, endpoint=f"{base_address(node.did)}/federation")


@contextmanager
def served(seed: int = 32, *, state: str = PeerState.ACTIVE) -> Iterator[Served]:
    """A node that answers on a free port, as a partner of ours."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.daemon_threads = True
    node = Node(f"did:web:localhost%3A{server.server_address[1]}", PrivateKey(bytes(range(seed, seed + 32))))
    peer = Peer.objects.create(
        did=node.did, name="Sofia", state=state, confirmed_key=node.key.public.multikey, confirmed_at=clock.now(),
        cursor_digest=start(node.did).digest, paused_at=clock.now() if state == PeerState.PAUSED else None,
    )  # fmt: skip
    one = Served(node, peer, documents=[document_of(node)])
    server.RequestHandlerClass = _handler(one, own_document())
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()


def _handler(one: Served, reader: dict[str, Any]) -> type[http.server.BaseHTTPRequestHandler]:
    known = keyring(read_document(reader, did=reader["id"]))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one.asked.append(self.path)
            url = base_address(one.node.did) + self.path
            size = int(self.headers.get("content-length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            question = Message(method=self.command, url=url, headers=headers, body=self.rfile.read(size))
            if self.path.endswith("did.json"):
                self._send(Reply(200, orjson.dumps(one.document)), {})
                return
            verify(question, known, now=int(time.time()))
            reply = one.twist(self.path, _reply(one, self.path))
            message = Message(status=reply.status, headers={}, body=reply.body, request=question)
            key = one.signing_key or one.node.key
            self._send(
                reply,
                signed(
                    message, key, key_id=method(one.node.did, key.public), created=int(time.time()),
                    nonce=secrets.token_urlsafe(16),
                ),
            )  # fmt: skip

        do_POST = do_GET  # noqa: N815 - the name that the server looks for

        def _send(self, reply: Reply, headers: dict[str, str]) -> None:
            body = one.spoil(headers, reply.body) if headers else reply.body
            self.send_response(reply.status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler


def _reply(one: Served, path: str) -> Reply:
    parts = urlsplit(path)
    if parts.path.endswith("/log"):
        asked = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        return Reply(200, one.node.page(after=asked["after"], most=min(asked["limit"], one.most_entries)))
    if parts.path.endswith("/heads"):
        return Reply(200, orjson.dumps({"heads": [one.node.head(), *one.heads]}))
    return Reply(404, b"{}")
