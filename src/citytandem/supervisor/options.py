"""What `citytandem run` can be told."""

import argparse
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def default_data() -> Path:
    """CITYTANDEM_DATA, else `var` in the clone, else `var` in the current folder."""
    named = os.environ.get("CITYTANDEM_DATA")
    if named:
        return Path(named)
    return (ROOT if (ROOT / "city.py").exists() else Path.cwd()) / "var"


@dataclass(frozen=True)
class Options:
    """How to run a node. The commands are open so that tests can put stand-ins there."""

    port: int = 8000
    host: str = "127.0.0.1"
    data: Path = field(default_factory=default_data)
    demo: str | None = None
    web: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()
    seconds_to_answer: float = 120.0
    first_pause: float = 0.5
    seconds_to_end: float = 5.0

    @property
    def web_command(self) -> tuple[str, ...]:
        """How the web process starts."""
        place = ("--host", self.host, "--port", str(self.port))
        return self.web or (sys.executable, "-m", "citytandem", "web", *place)

    @property
    def worker_command(self) -> tuple[str, ...]:
        """How the worker process starts."""
        return self.worker or (sys.executable, "-m", "citytandem", "worker")

    @property
    def reachable_host(self) -> str:
        """A host under which this machine reaches the web: "all addresses" is none."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104

    @property
    def address(self) -> str:
        """What to type into a browser. By name where it is this machine: passkeys and partner nodes need a host name."""
        host = f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host
        host = "localhost" if host == "127.0.0.1" else host
        return f"http://{host}:{self.port}/"


def add_arguments(parser: argparse.ArgumentParser, *, demo: str | None = None) -> None:
    """The arguments of `citytandem run`; `demo` is the example loaded when none is named."""
    parser.add_argument("--port", type=_port, default=8000, help="where the web answers (default: 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="where all is kept (default: var)")
    parser.add_argument("--demo", type=_demo, default=demo or "none", metavar="NAME", help="city to be, or none")


def options_from(arguments: argparse.Namespace) -> Options:
    """Options out of parsed arguments."""
    return Options(
        port=arguments.port,
        host=arguments.host,
        data=arguments.data or default_data(),
        demo=None if arguments.demo == "none" else arguments.demo,
    )


def _demo(text: str) -> str:
    """Known before anything starts: a typing mistake costs no database."""
    if text in {"none", "programme", "tandem"}:
        return text
    from citytandem.demo.names import demo_names, is_demo_name

    known = [*demo_names(), "tandem"]
    if not is_demo_name(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no demo: one of {', '.join(sorted(known))}, or none")
    return text


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535")
    return int(text)
