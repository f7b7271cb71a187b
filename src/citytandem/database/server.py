"""The running server: find it, wait for it, end it."""

import signal
from dataclasses import dataclass
from pathlib import Path

from citytandem.database.processes import ProcessMark, is_alive, mark_of, send, wait_until
from citytandem.database.sockets import PORT, remove_private_folder

SECONDS_TO_STOP = 30.0


@dataclass(frozen=True)
class Server:
    """A postmaster, as its own pid file describes it."""

    mark: ProcessMark
    socket_folder: Path
    status: str

    @property
    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        return self.status == "ready" and not self.is_cut_off

    @property
    def is_cut_off(self) -> bool:
        """Whether somebody, such as a cleaner of /tmp, removed its only door."""
        return self.status == "ready" and not (self.socket_folder / f".s.PGSQL.{PORT}").exists()


def find(cluster: Path) -> Server | None:
    """The living postmaster of this cluster.

    The pid file may be stale and its pid given to another process since; so the process must
    also carry the cluster's path on its command line.
    """
    lines = _lines(cluster / "postmaster.pid")
    if not lines or not lines[0].strip().isdigit():
        return None
    mark = mark_of(int(lines[0]))
    if mark is None or f"{cluster} " not in f"{mark.command} ":
        return None
    lines += [""] * 8
    return Server(mark, Path(lines[4].strip()), lines[7].strip())


def remove_stale_files(cluster: Path, socket_folder: Path) -> None:
    """Clear what a killed server left. Only called when `find` sees no server.

    PostgreSQL itself refuses to start when the old pid is in use by any process of its user.
    Backends that outlived their postmaster still block it, by the shared memory they hold.
    """
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (socket_folder / name).unlink(missing_ok=True)


def clear_after_death(cluster: Path) -> None:
    """Remove what a killed server left, where none is started in its place."""
    lines = _lines(cluster / "postmaster.pid")
    if len(lines) > 4 and lines[4].strip():
        socket_folder = Path(lines[4].strip())
        remove_stale_files(cluster, socket_folder)
        remove_private_folder(socket_folder)


def end(cluster: Path, server: Server) -> None:
    """Stop cleanly; harder if it does not obey (it then recovers from its log at the start)."""
    steps = ((signal.SIGINT, SECONDS_TO_STOP), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
    for signum, seconds in steps:
        send(server.mark, signum)
        if wait_until(lambda: not is_alive(server.mark), seconds=seconds):
            break
    remove_stale_files(cluster, server.socket_folder)
    remove_private_folder(server.socket_folder)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
