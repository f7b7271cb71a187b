"""Catching up with 100,000 objects of 1 KiB, by the code of the node: every proof verified, everything in PostgreSQL.

First from pages that lie ready: two processes verify (limits, canonical form, digest, chain, proof), a third one stores
page by page in transactions. Beside it bare Ed25519 verification of as many signatures of 64 bytes in the same two
processes; the two take turns, so that both see the same machine. Then some of them go to the modules that show and index
them, as the worker's jobs do it. At last the same over HTTP: the node, now a hub, has put all into its own log, and a second
node with an empty database reads it. Memory is that of all three processes, from when they have loaded everything on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from citytandem.core.ports import free_ports
from citytandem.federation.protocol.did import NodeKey, document
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import dump, entry, link, signed_head, start
from citytandem.federation.protocol.objects import Visibility, check, new_object
from citytandem.federation.protocol.proofs import proven

OBJECTS = int(os.environ.get("BENCH_OBJECTS", "100000"))
SHOWN = min(OBJECTS, int(os.environ.get("BENCH_SHOWN", "2000")))
PER_PAGE, CITIES, TURNS = 480, 20, 10
LEAST_PER_SECOND, LEAST_RATIO, MOST_GROWTH = 3_000, 0.35, 200
READY_AFTER = 4  # looks: two seconds, by when a worker has loaded what it needs
DAY = "2025-05-04T10:20:30Z"
HUB = "did:web:hub.example"
TEXTS = {
    "de": "Im Sommer heizt sich der Schulhof auf; gesucht wird Schatten ohne großen Umbau. ",
    "bg": "През лятото училищният двор се нагрява; търси се сянка. ",
}
_loaded: dict[str, Any] = {}


def keys() -> dict[str, PrivateKey]:
    """A hub and the cities it relays for."""
    cities = [f"did:web:city{number}.example" for number in range(CITIES)]
    return {did: PrivateKey(bytes([number]) * 32) for number, did in enumerate([HUB, *cities])}


def things() -> Iterator[dict[str, Any]]:
    """Problems of twenty cities in two languages, with frame conditions; 1 KiB canonical without the proof."""
    owned = list(keys().items())
    texts = {
        "name": {"de": {"text": "Hitze auf dem Schulhof", "by": "human"}},
        "content": {
            "de": {"text": TEXTS["de"] * 4, "by": "human"},
            "bg": {"text": TEXTS["bg"] * 2, "by": "machine"},
        },
    }
    for number in range(OBJECTS):
        did, key = owned[1 + number % CITIES]
        value = new_object(
            "Problem", origin=did, uuid=UUID(int=number), version=1, published=DAY, texts=texts,
            visibility=Visibility.PUBLIC,
            details={"themes": ["heat", "schools"], "frame": {"inhabitants": 227_000 + number, "density": 1650}},
        )  # fmt: skip
        yield proven(value, key, did=did, created=DAY)


def make(folder: Path) -> tuple[list[Path], int]:
    """The hub's log in pages, and the mean size of an object."""
    key, cursor, paths, entries, size = keys()[HUB], start(HUB), [], [], 0
    begin = cursor
    for value in things():
        checked = check(value)
        size += len(checked.data)
        made = link(cursor, checked, at=DAY)
        entries.append(entry(made, value))
        cursor = made.cursor
        if len(entries) == PER_PAGE or cursor.number == OBJECTS:
            paths.append(folder / f"{len(paths)}.json")
            paths[-1].write_bytes(dump(begin, entries, node=HUB, head={}).removesuffix(b"{}}"))
            begin, entries = cursor, []
    head = orjson.dumps(signed_head(cursor, key, node=HUB, at=DAY))
    for path in paths:
        path.write_bytes(path.read_bytes() + head + b"}")
    return paths, size // OBJECTS


# --- one node, from pages that lie ready --------------------------------------------------------------------------------


def raw(count: int) -> int:
    """Nothing but signatures, with the keys loaded before."""
    if not _loaded:
        secrets = [Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32) for number in range(CITIES)]
        data = [number.to_bytes(64, "big") for number in range(1_000)]
        signatures = [secrets[number % CITIES].sign(data[number]) for number in range(1_000)]
        _loaded.update(public=[secret.public_key() for secret in secrets], signatures=signatures, data=data)
    public, signatures, data = _loaded["public"], _loaded["signatures"], _loaded["data"]
    for number in range(count):
        place = number % len(signatures)
        public[place % CITIES].verify(signatures[place], data[place])
    return count


def partner(did: str, value: dict[str, Any]) -> Any:
    """A partner whose document we have."""
    from citytandem.core import clock
    from citytandem.federation.known import document_keep
    from citytandem.federation.models import Peer, PeerState

    document_keep(value, did=did)
    return Peer.objects.create(
        did=did, name=did, state=PeerState.ACTIVE, confirmed_key="", confirmed_at=clock.now(),
        cursor_digest=start(did).digest,
    )  # fmt: skip


def know_the_cities() -> None:
    """Documents of all origins, as they would have been fetched."""
    from citytandem.federation.known import document_keep

    for did, key in keys().items():
        document_keep(document(did, [NodeKey(key.public)], endpoint=f"https://{did[8:]}/federation"), did=did)


def resident(number: int) -> int:
    """Memory of a process in MB."""
    for line in Path(f"/proc/{number}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def family(children: Iterable[int]) -> int:
    """Memory in MB, of this process too."""
    return sum(resident(number) for number in [os.getpid(), *children])


class Watch:
    """How far this process and its workers grow together; workers count from when they are ready."""

    def __init__(self) -> None:
        self.growth, self.most, self._firsts, self._seen = 0, 0, dict[int, int](), dict[int, int]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._firsts[os.getpid()] = resident(os.getpid())
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            now = {number: resident(number) for number in [os.getpid(), *children()]}
            for number, size in now.items():
                self._seen[number] = self._seen.get(number, 0) + 1
                if self._seen[number] == READY_AFTER:
                    self._firsts.setdefault(number, size)
            grown = sum(size - self._firsts[number] for number, size in now.items() if number in self._firsts)
            self.growth, self.most = max(self.growth, grown), max(self.most, sum(now.values()))


def children() -> list[int]:
    """Processes that work for this one."""
    return [int(number) for number in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]


@dataclass
class Measured:
    """Seconds of ours and of bare signatures, and by how many MB the three processes grew.

    `growth`: from before the first page on. `growth_later`: after the first of the turns, as a long log goes on.
    """

    ours: float = 0.0
    bare: float = 0.0
    growth: int = 0
    growth_later: int = 0


def from_pages(paths: list[Path]) -> Measured:
    """Verify and store all pages in turns with bare signatures."""
    from citytandem.federation.known import every_key
    from citytandem.federation.models import SharedObject
    from citytandem.federation.services.identity import own_document
    from citytandem.federation.services.pulling import Tally, take_pages
    from citytandem.federation.verifying import PROCESSES, side_by_side

    know_the_cities()
    peer = partner(HUB, document(HUB, [NodeKey(keys()[HUB].public)], endpoint="https://hub.example/federation"))
    agree(peer, agreement(HUB, own_document()["id"]))
    found, tally, later = Measured(), Tally(), 0
    turn = -(-len(paths) // TURNS)
    with side_by_side(every_key(), node=HUB) as workers:
        list(workers.pool.map(raw, [1] * PROCESSES * 4))
        before = family(workers.pool._processes)
        for place in range(0, len(paths), turn):
            mine = paths[place : place + turn]
            counts = [min(PER_PAGE, OBJECTS - (place + number) * PER_PAGE) for number in range(len(mine))]
            began = time.perf_counter()
            assert sum(workers.pool.map(raw, counts)) == sum(counts)
            found.bare += time.perf_counter() - began
            began = time.perf_counter()
            take_pages(peer, (path.read_bytes() for path in mine), tally=tally, workers=workers)
            found.ours += time.perf_counter() - began
            size = family(workers.pool._processes)
            later = later or size
            found.growth = max(found.growth, size - before)
            found.growth_later = max(found.growth_later, size - later)
            print(f"  {tally.objects:,} objects, {found.ours:.1f} s beside {found.bare:.1f} s", file=sys.stderr)
    assert tally.objects == SharedObject.objects.count() == OBJECTS
    assert (peer.cursor_number, peer.open_entries.count()) == (OBJECTS, 0)
    return found


def shown() -> float:
    """Hand some of what was stored to the modules that show and index it, batch by batch; returns seconds."""
    from citytandem.federation.models import SharedObject
    from citytandem.federation.services.applying import A_TIME, apply_waiting

    began, done = time.perf_counter(), 0
    while done < SHOWN:
        done += apply_waiting(A_TIME)
    seconds = time.perf_counter() - began
    assert SharedObject.objects.filter(applied_version__gt=0, refusal="").count() == done
    return seconds * SHOWN / done


# --- two nodes, over HTTP -----------------------------------------------------------------------------------------------


def pass_all_on() -> None:
    """The node becomes a hub: all that it holds goes into its own log."""
    from citytandem.federation.models import Identity, LogEntry
    from citytandem.federation.services.identity import identity
    from citytandem.federation.services.relaying import relay_waiting

    identity()
    Identity.objects.update(passes_on=True)
    while relay_waiting():
        pass
    assert LogEntry.objects.count() == OBJECTS


def agree(reader: Any, body_of: dict[str, Any]) -> None:
    """Both have signed that everything flows."""
    from citytandem.core import clock
    from citytandem.federation.models import AgreementVersion

    AgreementVersion.objects.create(
        peer=reader, uri=body_of["id"], version=1, digest="0" * 64, body=body_of, signed_by_us=True, signed_by_them=True,
        starts=clock.now() - timedelta(days=1), until=clock.now() + timedelta(days=1), received_at=clock.now(),
    )  # fmt: skip


def agreement(us: str, them: str) -> dict[str, Any]:
    """Everything, both ways."""
    from citytandem.core import clock
    from citytandem.federation.protocol.agreement import Contact, draft
    from citytandem.federation.protocol.instants import instant

    now = clock.now()
    return draft(
        author=us, partner=them, uuid=UUID(int=1), version=1, published=DAY, sends={us: {"*": Visibility.PARTNERS}},
        starts=instant(now - timedelta(days=1)), until=instant(now + timedelta(days=1)),
        contacts={did: Contact("Office", "https://hub.example/") for did in (us, them)},
    )  # fmt: skip


def read_over_http(source: str, value: dict[str, Any]) -> dict[str, Any]:
    """In the second node: read all of the first one's log, as a worker does."""
    import django

    django.setup()
    from citytandem.federation.models import SharedObject
    from citytandem.federation.services.identity import own_document
    from citytandem.federation.services.pulling import pull

    know_the_cities()
    peer = partner(source, value)
    agree(peer, agreement(source, own_document()["id"]))
    code, pages = "", 0
    with Watch() as watch:
        began = time.perf_counter()
        while SharedObject.objects.count() < OBJECTS and not code:
            found = pull(peer.id)
            code, pages = found.code, pages + found.pages
        seconds = time.perf_counter() - began
    return {
        "seconds": seconds, "code": code, "pages": pages, "growth": watch.growth, "most": watch.most,
        "objects": SharedObject.objects.count(),
    }  # fmt: skip


def second_document(port: int) -> dict[str, Any]:
    """In the second node: its document, made with its keys."""
    import django

    django.setup()
    from citytandem.federation.services.identity import own_document

    assert port
    return own_document()


def in_second(url: str, port: int, *words: str) -> Any:
    """Run a part of this file as the second node."""
    environment = {**os.environ, "DATABASE_URL": url, "CITYTANDEM_ADDRESS": f"http://localhost:{port}"}
    done = subprocess.run(
        [sys.executable, __file__, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def over_http(second: str, ports: tuple[int, int]) -> dict[str, Any]:
    """Serve the hub's log, and let the second node read it."""
    from serving import serving_at

    from citytandem.federation.services.identity import own_document

    pass_all_on()
    mine = own_document()
    theirs = in_second(second, ports[1], "document", str(ports[1]))
    reader = partner(theirs["id"], theirs)
    agree(reader, agreement(mine["id"], theirs["id"]))
    with serving_at("citytandem.wsgi:application", ready="/.well-known/did.json", port=ports[0]):
        return dict(in_second(second, ports[1], "read", mine["id"], json.dumps(mine)))


def main() -> None:
    from scratch import node

    ports = tuple(free_ports(2))
    os.environ["CITYTANDEM_ADDRESS"] = f"http://localhost:{ports[0]}"
    with tempfile.TemporaryDirectory(prefix="citytandem-bench-") as name, node() as url:
        import psycopg

        second = url.replace("/citytandem?", "/second?", 1)
        from django.db import connections

        connections.close_all()
        with psycopg.connect(url, dbname="postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE second TEMPLATE citytandem")
        paths, size = make(Path(name))
        found = from_pages(paths)
        showing = shown()
        wire = over_http(second, ports)
    rows = [
        {
            "what": f"verify and store {OBJECTS:,} objects of {size} bytes in PostgreSQL, two processes verifying",
            "ours": f"{OBJECTS / found.ours:,.0f} objects/s; all three processes grew {found.growth} MB from"
            f" the first page on, {found.growth_later} MB after the first tenth; at most {MOST_GROWTH}",
            "peer": f"at least {LEAST_PER_SECOND:,} objects/s",
            "ratio": round(OBJECTS / found.ours / LEAST_PER_SECOND, 2),
        },
        {
            "what": f"beside bare Ed25519 verification of as many, in turns; at least {LEAST_RATIO}",
            "ours": f"{found.ours:.1f} s with parsing, chain, digests, proofs and storing",
            "peer": f"{found.bare:.1f} s ({OBJECTS / found.bare:,.0f}/s)",
            "ratio": round(found.bare / found.ours, 2),
        },
        {
            "what": f"then the first {SHOWN:,} of them to the modules that show and index them, one process",
            "ours": f"{SHOWN / showing:,.0f} objects/s, {1000 * showing / SHOWN:.1f} ms each",
            "peer": "stored before",
            "ratio": None,
        },
        {
            "what": f"the same {OBJECTS:,} objects over HTTP from a second node on this machine, in {wire['pages']} pages",
            "ours": f"{wire['objects'] / wire['seconds']:,.0f} objects/s, {wire['seconds']:.1f} s; the reader's three"
            f" processes grew {wire['growth']} MB, had {wire['most']} MB at most",
            "peer": f"at least {LEAST_PER_SECOND:,} objects/s",
            "ratio": round(wire["objects"] / wire["seconds"] / LEAST_PER_SECOND, 2),
        },
    ]
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    if sys.argv[1:2] == ["document"]:
        print(json.dumps(second_document(int(sys.argv[2]))))
    elif sys.argv[1:2] == ["read"]:
        print(json.dumps(read_over_http(sys.argv[2], json.loads(sys.argv[3]))))
    else:
        main()
