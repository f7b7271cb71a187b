"""End a node: one that runs, and what a killed one left behind."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from citytandem.database import EmbeddedDatabaseError, embedded
from citytandem.database.processes import ProcessMark, is_alive, mark_of, pids_with_environment, send, wait_until
from citytandem.supervisor import record
from citytandem.supervisor.options import default_data
from citytandem.supervisor.record import TOKEN_VARIABLE, NodeRecord
from citytandem.supervisor.terminal import say

SECONDS_TO_END = 5.0
# The supervisor ends its children, then the database, which may have to write much.
SECONDS_FOR_SUPERVISOR = 45.0


def stop(data: Path | None = None) -> int:
    """`citytandem stop`: end whatever of this data folder's node still runs, and say what."""
    data = (data or default_data()).resolve()
    try:
        stopped = _stop_all(data)
        # What `run --demo tandem` left, should its own end not have been in order.
        for folder in sorted((data / "tandem").glob("*/")):
            stopped += [f"{name} of {folder.name}" for name in _stop_all(folder)]
    except PermissionError:
        say(f"The node of {data} belongs to another user: stop it as that user.")
        return 1
    except EmbeddedDatabaseError as error:
        say(str(error))
        return 1
    for name in stopped:
        say(f"Stopped {name}.")
    if not stopped:
        say("Nothing runs.")
    return 0


def end_leftovers(found: NodeRecord) -> list[str]:
    """End the children of a supervisor that is gone. Returns what was ended."""
    living = {name: mark for name, mark in found.children.items() if is_alive(mark)}
    _end(list(living.values()))
    # Children of children, in groups of their own or with a dead leader: known by the token.
    strays = marks_of_token(found.token)
    _end(strays)
    names = [f"{name} (pid {mark.pid})" for name, mark in living.items()]
    return names + [f"a process of the node (pid {mark.pid})" for mark in strays]


def marks_of_token(token: str) -> list[ProcessMark]:
    """The living processes that carry this node's token, without ourselves."""
    pids = pids_with_environment(f"{TOKEN_VARIABLE}={token}")
    return [mark for pid in pids if pid != os.getpid() and (mark := mark_of(pid)) is not None]


def _stop_all(data: Path) -> list[str]:
    stopped = []
    found = record.read(data)
    if found is not None:
        if is_alive(found.supervisor):
            send(found.supervisor, signal.SIGTERM)
            if not wait_until(lambda: not is_alive(found.supervisor), seconds=SECONDS_FOR_SUPERVISOR):
                send(found.supervisor, signal.SIGKILL)
            stopped.append(f"the node at {found.address} (pid {found.supervisor.pid})")
        stopped += end_leftovers(found)
        record.remove(data)
    if embedded.stop(data):
        stopped.append("the database")
    return stopped


def _end(marks: list[ProcessMark]) -> None:
    for signum in (signal.SIGTERM, signal.SIGKILL):
        for mark in marks:
            with suppress(ProcessLookupError):
                send(mark, signum, group=os.getpgid(mark.pid) == mark.pid)
        if wait_until(lambda: not any(is_alive(mark) for mark in marks), seconds=SECONDS_TO_END):
            return
