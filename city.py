#!/usr/bin/env python3
"""The one command of citytandem: makes its own environment, then does what you ask.

    python3 city.py run        start a node with everything it needs, and print its address
    python3 city.py test       run the tests
    python3 city.py check      formatting, lint, types, layers
    python3 city.py bench      the benchmarks
    python3 city.py stop       end whatever still runs
    python3 city.py cli ...    the node's own command line

Each explains itself with --help. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "citytandem-stamp.json"
OLDEST_PYTHON = (3, 11)
SECONDS_UNTIL_PROGRESS = 2.0
SECONDS_BETWEEN_LINES = 10.0

VERBS = {
    "run": """usage: python3 city.py run [--port 8000] [--host 127.0.0.1] [--data DIR] [--demo NAME|none]

Start a node: database, web, worker. Ctrl+C stops it.
  --port  where the web answers            --data  where everything is kept (default: var)
  --host  127.0.0.1 is this machine only   --demo  which example city to load, or none
DATABASE_URL, if set, names your own PostgreSQL instead of the built-in one.""",
    "test": """usage: python3 city.py test [ARGUMENTS OF PYTEST]

Run the tests. Without arguments all of them; `tests/unit -k name` picks some.
Browser tests need Chromium; on Debian it is installed when that is possible without a question.""",
    "check": """usage: python3 city.py check

Run ruff (lint and format), mypy, the layer rules and the project's own rules; report all failures.""",
    "bench": """usage: python3 city.py bench [NAMES]

Run the benchmarks, or those named: ours and a peer's in one run, with the ratio.""",
    "stop": """usage: python3 city.py stop [--data DIR]

End the node of this data folder: also what a crash or kill -9 left behind.""",
    "cli": """usage: python3 city.py cli ARGUMENTS

Pass the arguments to the node's own command line (`python3 city.py cli --help` lists its commands).""",
}
DEVELOPER_VERBS = ("test", "check", "bench")  # these want the development tools too
# The whole suite, in a process per core; the tests of a file stay together.
IN_PARALLEL = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"]

CHECKS = {
    "ruff check": ["-m", "ruff", "check"],
    "ruff format": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
    "layers": [str(VENV / "bin" / "lint-imports")],
    "project": ["-m", "citytandem", "check-project"],
}


class Trouble(Exception):
    """The environment cannot be made; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Answer for help, prepare the environment, hand over."""
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if verb in ("-h", "--help", "help"):
        print((__doc__ or "").strip())
        return 0
    if verb not in VERBS:
        print(f"city.py: unknown verb {verb!r}; known are {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    # The node's own command line explains itself, where it is there.
    if rest[:1] in (["-h"], ["--help"]) and not (verb == "cli" and os.access(PYTHON, os.X_OK)):
        print(VERBS[verb])
        return 0
    try:
        return perform(verb, rest)
    except Trouble as trouble:
        print(f"city.py: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncity.py: interrupted.", file=sys.stderr)
        return 130


def perform(verb: str, rest: list[str]) -> int:
    """Do one verb. Those of the node replace this process and do not return."""
    if verb == "stop" and not os.access(PYTHON, os.X_OK):
        print("Nothing runs: there is no environment yet.")
        return 0
    if verb != "stop":  # stopping works with whatever is there
        require_python()
        for signum in (signal.SIGTERM, signal.SIGHUP):  # end installers too; exec resets this
            if signal.getsignal(signum) is signal.SIG_DFL:  # nohup ignores SIGHUP, and means it
                signal.signal(signum, signal.default_int_handler)
        ensure_environment(developer=verb in DEVELOPER_VERBS)
    if verb == "check":
        return check()
    if verb == "test":
        if wants_browser(rest):
            ensure_chromium()
        os.chdir(ROOT)
        hand_over(["-m", "pytest", *(rest or IN_PARALLEL)])
    hand_over(["-m", "citytandem", *([] if verb == "cli" else [verb]), *rest])
    return 0


def require_python() -> None:
    """Say clearly what is missing, before anything obscure fails."""
    if sys.version_info < OLDEST_PYTHON:
        newer = [name for name in (f"python3.{minor}" for minor in range(20, 10, -1)) if shutil.which(name)]
        hint = f" Try: {newer[0]} city.py" if newer else ""
        raise Trouble(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.{hint}")
    if os.name != "posix":
        raise Trouble("Linux or macOS is needed; on Windows use WSL.")
    if os.access(PYTHON, os.X_OK):
        return
    from importlib.util import find_spec

    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Trouble(
            "this Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"
        )


def ensure_environment(*, developer: bool) -> None:
    """Make .venv match the lock. A matching stamp means there is nothing to do."""
    if is_current(read_stamp(), developer=developer):
        return
    with only_one_at_a_time():
        stamp = read_stamp()  # somebody else may have finished it while we waited
        if is_current(stamp, developer=developer):
            return
        # Development tools that are there already stay.
        developer = developer or "requirements-dev.lock" in stamp
        usable = stamp.get("made") == made_with() and os.access(PYTHON, os.X_OK)
        STAMP.unlink(missing_ok=True)  # from here on it is half-made
        if usable:
            with suppress(Trouble):
                fill_environment(developer=developer)
                return
        make_environment()
        fill_environment(developer=developer)


def read_stamp() -> dict[str, str]:
    """What .venv was made from; empty if it is missing or half-made."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def is_current(stamp: dict[str, str], *, developer: bool) -> bool:
    """Whether .venv fits this Python, this place, and the locks."""
    has_tools = "requirements-dev.lock" in stamp
    wanted = fresh_stamp(developer=has_tools)
    return stamp == wanted and (has_tools or not developer) and os.access(PYTHON, os.X_OK)


def fresh_stamp(*, developer: bool) -> dict[str, str]:
    """The stamp of an environment made now."""
    locks = ["requirements.lock", *(["requirements-dev.lock"] if developer else [])]
    paths = {name: ROOT / name for name in locks if (ROOT / name).exists()}
    return {
        "made": made_with(),
        **{name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()},
    }


def made_with() -> str:
    """Python's version and the folder: scripts in .venv name it, so a moved one is made anew."""
    return f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {os.fsdecode(VENV)}"


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Let one process at a time change .venv. Locks this very file, which is sure to exist."""
    import fcntl

    path = os.fspath(Path(__file__).resolve())
    descriptor = os.open(path, os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY)
    # Installers inherit the lock: if we are killed, others wait for the orphan to finish.
    os.set_inheritable(descriptor, True)
    try:
        with progress("Waiting for another city.py to finish the environment") as tick:
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                tick()
                time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def make_environment() -> None:
    """An empty virtual environment, in place of whatever was there."""
    shutil.rmtree(VENV, ignore_errors=True)
    step("Making the environment in .venv", [sys.executable, "-m", "venv", os.fspath(VENV)])


def fill_environment(*, developer: bool) -> None:
    """Install what the lock says, by uv or else by pip, and the package itself by its path."""
    lock = ROOT / ("requirements-dev.lock" if developer else "requirements.lock")
    if not lock.exists():
        raise Trouble(f"{lock.name} is missing from {ROOT}.")
    stamp = fresh_stamp(developer=developer)  # before installing: a lock changed meanwhile counts as new
    try:
        install_by_uv(lock)
    except Trouble as trouble:
        print(f"city.py: installing with pip, as uv did not manage it. {trouble}", file=sys.stderr)
        install_by_pip(lock)
    make_importable()
    STAMP.write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def install_by_uv(lock: Path) -> None:
    """Fast: seconds instead of minutes. uv itself comes by pip, checked by the lock's hashes."""
    pin = uv_pin((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    if pin is None:
        raise Trouble("the lock does not hold uv")
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder) / "uv.lock.txt"
        only_uv.write_text(pin + "\n", encoding="utf-8")
        step("Fetching the installer uv", pip("install", "--require-hashes", "--no-deps", "-r", only_uv))
    uv = [os.fspath(VENV / "bin" / "uv"), "pip", "sync", "--python", os.fspath(PYTHON)]
    count = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    step(f"Installing {count} packages", [*uv, "--require-hashes", os.fspath(lock)], extra=uv_settings())


def install_by_pip(lock: Path) -> None:
    """Slower, and needs nothing but Python."""
    step("Installing packages (this takes some minutes)", pip("install", "--require-hashes", "-r", lock))


def pip(*arguments: str | Path) -> list[str]:
    """A command line of the environment's own pip."""
    quiet = ["--disable-pip-version-check", "--no-input"]
    return [os.fspath(PYTHON), "-m", "pip", *[os.fspath(argument) for argument in arguments], *quiet]


def uv_pin(lock: str) -> str | None:
    """The requirement of uv with its hashes, cut out of the lock."""
    found = re.search(r"^uv==(?:[^\n]*\\\n)*[^\n]*", lock, re.MULTILINE)
    return found[0] if found else None


def uv_settings() -> dict[str, str]:
    """Tell uv what pip is told: a city's own mirror and certificates count for both."""
    names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}
    names["cert"] = "SSL_CERT_FILE"
    listed = subprocess.run(pip("config", "list"), capture_output=True, text=True, check=False).stdout
    found = dict(re.findall(r"^\S+\.([a-z-]+)='(.*)'$", listed, re.MULTILINE))
    return {names[name]: value for name, value in found.items() if names.get(name, "PATH") not in os.environ}


def make_importable() -> None:
    """Put src on the path and a `citytandem` command into .venv/bin."""
    packages = next((VENV / "lib").glob("python3.*/site-packages"))
    # A relative path keeps letters out of it that an old locale could not read.
    source = os.path.relpath(ROOT / "src", packages)
    (packages / "citytandem.pth").write_text(f"{source}\n", encoding="utf-8")
    script = VENV / "bin" / "citytandem"
    command = f'#!/bin/sh\nexec {shlex.quote(os.fspath(PYTHON))} -m citytandem "$@"\n'
    script.write_bytes(os.fsencode(command))
    script.chmod(0o755)


def hand_over(arguments: list[str]) -> None:
    """Become the environment's Python: signals and exit codes then need no passing on."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(PYTHON, [os.fspath(PYTHON), *arguments], child_environment())  # noqa: S606


def child_environment() -> dict[str, str]:
    """One thread for numeric libraries: web and worker are several processes already."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return {"OMP_NUM_THREADS": "1", **inherited, "PYTHONUNBUFFERED": "1"}


def check() -> int:
    """Run every check, also after a failure, and list the failures at the end."""
    failed = []
    for name, arguments in CHECKS.items():
        print(f"--- {name}", flush=True)
        done = subprocess.run([os.fspath(PYTHON), *arguments], cwd=ROOT, env=child_environment(), check=False)
        if done.returncode != 0:
            failed.append(name)
    print(f"--- failed: {', '.join(failed)}" if failed else "--- all checks passed", flush=True)
    return 1 if failed else 0


def wants_browser(arguments: list[str]) -> bool:
    """Whether this selection of tests may hold browser tests."""
    browser = ROOT / "tests" / "browser"
    named = [Path(argument.partition("::")[0]) for argument in arguments if not argument.startswith("-")]
    paths = [path.resolve() for path in (ROOT / name for name in named) if path.exists()]
    return not paths or any(path in (browser, *browser.parents) or browser in path.parents for path in paths)


def ensure_chromium() -> None:
    """Install Debian's Chromium where that needs no question; otherwise say what is skipped."""
    if shutil.which("chromium"):
        return
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]  # -n: fail at once instead of asking
    if shutil.which("apt-get") and (not rights or shutil.which("sudo")):
        apt_get = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        try:
            # A list of packages that cannot be refreshed may still do.
            step("Reading Debian's list of packages", ["sh", "-c", '"$@" || true', "sh", *apt_get, "update"])
            step("Installing Chromium for the browser tests", [*apt_get, "install", "chromium"])
        except Trouble as trouble:
            print(f"city.py: {trouble}", file=sys.stderr)
    if not shutil.which("chromium"):
        line = "!" * 72
        print(f"{line}\nThere is no Chromium here: BROWSER TESTS WILL BE SKIPPED.\n{line}", file=sys.stderr)


def step(what: str, command: list[str], *, extra: dict[str, str] | None = None) -> None:
    """Run a command quietly, with progress if it takes long; what it said is shown if it fails."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    environment = {**inherited, "PIP_USER": "0", "PIP_ROOT_USER_ACTION": "ignore", **(extra or {})}
    with tempfile.TemporaryFile() as output, progress(what) as tick:
        try:
            # A session of its own, to end its children with it; and it inherits the lock.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                close_fds=False,
                start_new_session=True,
            )
        except OSError as error:
            raise Trouble(f"{what}: {error}") from error
        try:
            while process.poll() is None:
                tick()
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if process.returncode != 0:
        raise Trouble(f"{what} failed:\n{said[-3000:]}")


@contextmanager
def progress(what: str) -> Iterator[Callable[[], None]]:
    """Show what is being done and for how long, once it takes longer than two seconds."""
    began = time.monotonic()
    on_terminal = sys.stderr.isatty()
    due = [SECONDS_UNTIL_PROGRESS]

    def tick() -> None:
        elapsed = time.monotonic() - began
        if elapsed < due[0]:
            return
        due[0] = elapsed + (0.1 if on_terminal else SECONDS_BETWEEN_LINES)
        wheel = "|/-\\"[int(elapsed * 8) % 4]
        show(f"\r{wheel} {what} … {elapsed:.0f} s " if on_terminal else f"{what} … {elapsed:.0f} s\n")

    yield tick
    elapsed = time.monotonic() - began
    if elapsed >= SECONDS_UNTIL_PROGRESS:
        show(f"{chr(13) if on_terminal else ''}{what}: done in {elapsed:.0f} s    \n")


def show(text: str) -> None:
    """Write to the terminal, in letters it knows."""
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(text.encode(encoding, errors="replace").decode(encoding))
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
