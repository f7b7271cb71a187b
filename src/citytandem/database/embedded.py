"""The embedded PostgreSQL: one server per data folder, started and stopped by us.

    with database_for(Path("var")) as url:      # DATABASE_URL, or our own server
        ...

Below the data folder lie `postgres` (the cluster) and `run` (locks, logs). The server's only
door is a Unix socket in a private folder. Several processes may use one server: the last one to
leave `using` stops it. Nothing here depends on Django.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from citytandem.database import EmbeddedDatabaseError, locks, server
from citytandem.database.identity import popen_identity
from citytandem.database.initialise import CLEAN_ENVIRONMENT, NAME, initialise
from citytandem.database.place import Place, cluster_of, forget, locate, short_hash
from citytandem.database.sockets import PORT, private_folder

SECONDS_TO_START = 300.0  # a recovery after a crash may take its time
LOG_LIMIT = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
}
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

# Servers that this process started: kept to be reaped when they end.
_started: list[subprocess.Popen[bytes]] = []


@contextmanager
def database_for(data: Path, *, durable: bool = True) -> Iterator[str]:
    """The URL of the node's database: DATABASE_URL if set, else that of the embedded one."""
    url = os.environ.get("DATABASE_URL")
    if url:
        yield url
        return
    with using(data, durable=durable) as embedded_url:
        yield embedded_url


@contextmanager
def using(data: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Use the server, starting it if needed; on leaving, stop it if nobody else uses it.

    Users hold a shared lock. Who leaves tries to get it alone, which works for the last one
    only. A killed user loses its lock by itself.
    """
    data = data.resolve()
    run = _run_folder(data)
    with locks.opened(run / "postgres-users.lock") as users:
        with locks.exclusive(run / "postgres-start.lock"):
            locks.share(users)
            url = _start(data, durable=durable, settings=settings or {})
        try:
            yield url
        finally:
            with locks.exclusive(run / "postgres-start.lock"):
                if locks.try_alone(users):
                    _stop(data)


def start(data: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> str:
    """Start the server if it does not run, and return its URL.

    `durable=False` is for tests: faster, and a power cut loses the data. A server that runs
    already is taken as it is. `settings` are PostgreSQL's own, and win over ours.
    """
    data = data.resolve()
    with locks.exclusive(_run_folder(data) / "postgres-start.lock"):
        return _start(data, durable=durable, settings=settings or {})


def stop(data: Path) -> bool:
    """Stop the server, whoever uses it. Returns whether one ran."""
    data = data.resolve()
    if not (data / "run").is_dir():
        return False
    with locks.exclusive(_run_folder(data) / "postgres-start.lock"):
        return _stop(data)


def is_running(data: Path) -> bool:
    """Whether the server accepts connections."""
    found = server.find(cluster_of(data.resolve()))
    return found is not None and found.is_ready


def remove(data: Path) -> None:
    """Stop the server and delete its cluster for good."""
    data = data.resolve()
    stop(data)
    forget(data)


def _run_folder(data: Path) -> Path:
    run = data / "run"
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedDatabaseError(f"Cannot write to {data}: {error.strerror}.") from error
    if not os.access(run, os.W_OK):
        raise EmbeddedDatabaseError(f"Cannot write to {run}: it belongs to another user.")
    return run


def _start(data: Path, *, durable: bool, settings: Mapping[str, str]) -> str:
    running = server.find(cluster_of(data))
    if running is not None and (running.status == "stopping" or running.is_cut_off):
        server.end(cluster_of(data), running)
        running = None
    if running is None:
        place = locate(data)
        if not place.is_initialised:
            initialise(place, durable=durable)
        chosen = SETTINGS | ({} if durable else NOT_DURABLE) | dict(settings)
        _launch(place, data, chosen)
    return _url(_ready(data, cluster_of(data)))


def _stop(data: Path) -> bool:
    cluster = cluster_of(data)
    running = server.find(cluster)
    if running is None:
        server.clear_after_death(cluster)
    else:
        server.end(cluster, running)
    _reap()
    return running is not None


def _launch(place: Place, data: Path, settings: Mapping[str, str]) -> None:
    """Start the postmaster as its own session, so that Ctrl+C does not reach it."""
    sockets = private_folder(f"citytandem-{short_hash(data)}", place.account)
    server.remove_stale_files(place.cluster, sockets)
    options = dict(settings) | {
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "port": str(PORT),
    }
    command = [place.binaries.program("postgres"), "-D", str(place.cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    user, group, groups = popen_identity(place.account)
    with _log(data).open("ab") as log:
        _reap()
        process = subprocess.Popen(
            command,
            user=user,
            group=group,
            extra_groups=groups,
            cwd="/",
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _started.append(process)
    _wait_for_pid_file(process, place, data, settings)


def _wait_for_pid_file(process: subprocess.Popen[bytes], place: Place, data: Path, settings: Mapping[str, str]) -> None:
    """Wait until the postmaster has taken the cluster.

    After a kill -9 of the old postmaster its backends may hold the shared memory a little
    longer; then the new one gives up, and is started again.
    """
    deadline = time.monotonic() + 30
    while server.find(place.cluster) is None:
        if process.poll() is not None:
            tail = log_tail(data)
            if "shared memory block" not in tail or time.monotonic() > deadline:
                raise EmbeddedDatabaseError(f"PostgreSQL did not start:\n{tail}")
            time.sleep(0.5)
            _launch(place, data, settings)
            return
        time.sleep(0.02)


def _ready(data: Path, cluster: Path) -> server.Server:
    """Wait until the server accepts connections."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        found = server.find(cluster)
        if found is not None and found.is_ready:
            return found
        if found is None or time.monotonic() > deadline:
            raise EmbeddedDatabaseError(f"PostgreSQL did not start:\n{log_tail(data)}")
        time.sleep(0.02)


def _url(running: server.Server) -> str:
    folder = quote(str(running.socket_folder), safe="")
    # The port stands in it, so that a PGPORT around us does not lead astray.
    return f"postgresql://{NAME}@:{PORT}/{NAME}?host={folder}"


def _log(data: Path) -> Path:
    log = data / "run" / "postgres.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log


def log_tail(data: Path, *, lines: int = 12) -> str:
    """The last lines of the server's log."""
    try:
        content = (data / "run" / "postgres.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(content.splitlines()[-lines:])


def _reap() -> None:
    _started[:] = [process for process in _started if process.poll() is None]
