"""When all is read and done after a soak; then what each node wrote, and what each shows."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from citytandem.federation.soak import control
from citytandem.federation.soak.judging import Closing, Seen, Thing
from citytandem.federation.soak.plan import Tie
from citytandem.federation.soak.running import Soak

# Without any progress; and in all, on a machine that has other things to do as well.
SECONDS_TO_QUIET = 300.0
MOST_SECONDS_TO_QUIET = 1500.0
SECONDS_TO_REPORT = 120.0
SECONDS_OF_PATIENCE = 15.0
ROUNDS_OF_REST = 2
# What was on its way when something was closed off belongs to the time before.
SECONDS_ON_THE_WAY = 2.0
Say = Callable[[str], None]

# Jobs that bring nothing by themselves come again and again; what counts is whether they have found nothing to do.
_REST = """
    SELECT did, state, cursor_number, rereads_number IS NOT NULL, (
        SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name IN (
            'federation.publish', 'federation.publish_all', 'federation.prove_anew', 'federation.apply', 'federation.drop'
        )
    ), (
        SELECT count(*) FROM federation_changed
    ), (
        SELECT count(*) FROM federation_sharedobject
        WHERE NOT is_own AND refusal = '' AND applied_version <> version AND kind = 'SoakNote'
    ), (
        -- Tried again once a minute, until the document of its origin has come through.
        SELECT count(*) FROM federation_setaside AS aside WHERE code = 'proof.key_unknown' AND NOT EXISTS (
            SELECT FROM federation_sharedobject AS held WHERE held.uri = aside.uri AND held.version >= aside.version
        )
    )
    FROM federation_peer
"""
_WORK = ("jobs", "changes to publish", "objects to take over", "objects without a key")
_UNTOLD = """
    SELECT count(*) FROM federation_agreementversion AS version JOIN federation_peer AS peer ON peer.id = version.peer_id
    WHERE peer.did = %s AND version.signed_by_us AND version.delivered_at IS NULL
"""
_CLOSED = """
    SELECT extract(epoch FROM min(version.received_at)) FROM federation_agreementversion AS version
    JOIN federation_peer AS peer ON peer.id = version.peer_id WHERE peer.did = %s AND version.version > 1
"""
_THINGS = "SELECT id, said, revision, audience, is_withdrawn, visibility, extract(epoch FROM changed) FROM soak_thing"


@dataclass(frozen=True, slots=True)
class Open:
    """Something that is not at rest: in words, and how many entries, objects or jobs it is, 1 at least."""

    line: str
    count: int


def wait_until_quiet(run: Soak, say: Say) -> tuple[tuple[str, int], ...]:
    """Until everybody has read everybody's log to its end, nothing waits, and two rounds of each node brought nothing.

    Returns what is still open when nothing has moved for too long.
    """
    told = began = time.monotonic()
    deadline, least = began + SECONDS_TO_QUIET, math.inf
    before: dict[str, int] = {}
    since: dict[int, int] = {}
    found: list[Open] = []
    while time.monotonic() < min(deadline, began + MOST_SECONDS_TO_QUIET):
        rounds = {number: control.rounds_of(run.folder, number) for number in range(len(run.plan.ports))}
        heads, found = _rest(run)
        left = sum(one.count for one in found)
        if left < least or heads != before:
            deadline, least = time.monotonic() + SECONDS_TO_QUIET, left
        if found or heads != before:
            before, since = heads, rounds
        else:
            found = [
                Open(f"{number} is busy", 1) for number in rounds if rounds[number] < since[number] + ROUNDS_OF_REST
            ]
            if not found:
                return ()
        if found and time.monotonic() > told + SECONDS_OF_PATIENCE:
            say("Not at rest yet: " + "; ".join(one.line for one in found[:5]))
            told = time.monotonic()
        for part in run.ended_by_themselves():
            run.start(part)
        time.sleep(0.5)
    return tuple((one.line, one.count) for one in found or [Open("the logs still grow", 1)])


def _rest(run: Soak) -> tuple[dict[str, int], list[Open]]:
    """How long each log is, and who is not at rest."""
    heads: dict[str, int] = {}
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for number in range(len(run.plan.ports)):
        with run.connected(number) as connection:
            told = connection.execute("SELECT COALESCE(max(number), 0) FROM federation_logentry").fetchone()
            heads[run.did_of(number)] = told[0] if told else 0
            rows[number] = connection.execute(_REST).fetchall()
    found = [one for number, ties in rows.items() for one in _open_at(run, number, ties, heads)]
    found += [one for tie in (run.plan.narrowed, run.plan.ended) for one in _unclosed(run, tie)]
    return heads, found


def _open_at(run: Soak, number: int, ties: list[tuple[Any, ...]], heads: dict[str, int]) -> Iterator[Open]:
    lacking = len(run.plan.partners_of(number)) - len(ties)
    if lacking:
        yield Open(f"{number} is not paired with {lacking} others", lacking)
    ended = {run.did_of(one) for one in (run.plan.ended.first, run.plan.ended.second)}
    for did, state, cursor, rereads, *left in ties:
        # Neither reads the other any more; what they hold is compared all the same.
        is_over = {did, run.did_of(number)} == ended
        unread, work = 0 if is_over else heads[did] - cursor, sum(left)
        if work or (not is_over and (unread or rereads or state == "waiting")):
            verb = "waits for" if state == "waiting" else "has read"
            count = max(1, unread + (work if did == ties[0][0] else 0))
            told = ", ".join(f"{amount} {name}" for amount, name in zip(left, _WORK, strict=True) if amount)
            yield Open(f"{number} {verb} {did[-5:]}: {cursor} of {heads[did]}, {told or 'nothing'} left", count)


def _unclosed(run: Soak, tie: Tie) -> Iterator[Open]:
    """What an administrator wanted to close off and has not, or the partner has not heard of it."""
    with run.connected(tie.first) as connection:
        untold = connection.execute(_UNTOLD, [run.did_of(tie.second)]).fetchone()
    if not any(one.origin == tie.first and one.reader == tie.second for one in closings(run)):
        yield Open(f"{tie.first} has closed nothing off from {tie.second}", 1)
    elif untold and untold[0]:
        yield Open(f"{tie.first} has not told {tie.second}", untold[0])


def closings(run: Soak) -> list[Closing]:
    """What was closed off in the course of it, by the clock of who did it."""
    found = []
    for tie in (run.plan.narrowed, run.plan.ended):
        with run.connected(tie.first) as connection:
            told = connection.execute(_CLOSED, [run.did_of(tie.second)]).fetchone()
        if not told or told[0] is None:
            continue
        at = float(told[0]) + SECONDS_ON_THE_WAY
        if tie == run.plan.narrowed:
            found.append(Closing(tie.first, tie.second, at, what="partners", stays="latest"))
        else:
            found.append(Closing(tie.first, tie.second, at, what="all", stays="nothing"))
            found.append(Closing(tie.second, tie.first, at, what="all", stays="nothing"))
    return found


def things_of(run: Soak) -> list[Thing]:
    """What was published, as those who wrote it know it."""
    numbers = {run.did_of(number): number for number in range(len(run.plan.ports))}
    found = []
    for number, port in enumerate(run.plan.ports):
        with run.connected(number) as connection:
            rows = connection.execute(_THINGS).fetchall()
        found += [
            Thing(
                uri=f"http://localhost:{port}/federation/objects/{identifier}", origin=number, said=said,
                revision=revision, audience=tuple(numbers[did] for did in audience), is_withdrawn=is_withdrawn,
                visibility=visibility, changed=float(changed),
            )
            for identifier, said, revision, audience, is_withdrawn, visibility, changed in rows
        ]  # fmt: skip
    return found


def reports(run: Soak) -> dict[int, Seen]:
    """Let each node look at what it has; one that does not answer has a fault."""
    control.write(run.control, control.Control(phase="over"))
    deadline = time.monotonic() + SECONDS_TO_REPORT
    seen: dict[int, Seen] = {}
    for number in range(len(run.plan.ports)):
        path = run.folder / f"seen-{number}.json"
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        if not path.exists():
            seen[number] = Seen(rows=(), faults=("it did not report",))
            continue
        told = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple((uri, said) for uri, said in told["rows"])
        seen[number] = Seen(
            rows=rows,
            held=tuple(told["held"]),
            entries_twice=told["entries_twice"],
            bodies_left=told["bodies_left"],
            faults=tuple(told["faults"]),
        )
    return seen
