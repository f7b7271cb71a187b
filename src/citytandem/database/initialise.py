"""Make a new cluster: complete, or not at all."""

import locale
import os
import shutil
from pathlib import Path

from citytandem.database import EmbeddedDatabaseError
from citytandem.database.identity import Account, run_as
from citytandem.database.place import Place

NAME = "citytandem"  # of the database and of the role that owns it
SUPERUSER = "postgres"
EXTENSIONS = ("vector", "pg_trgm", "unaccent", "btree_gin")
# The server sees this and nothing else: PG* variables, proxies and secrets stay outside.
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def initialise(place: Place, *, durable: bool) -> None:
    """Make the cluster under a temporary name and rename it at the end.

    So a cluster with its final name is always whole: an interrupted attempt is thrown away.
    The caller holds the start lock.
    """
    parent = place.cluster.parent
    for leftover in parent.glob(f"{place.cluster.name}.new-*"):
        shutil.rmtree(leftover)
    if place.cluster.exists():
        _remove_empty(place.cluster)
    fresh = parent / f"{place.cluster.name}.new-{os.getpid()}"
    fresh.mkdir(mode=0o700)
    if not place.account.is_us:
        os.chown(fresh, place.account.uid, place.account.gid)
    _initdb(place, fresh)
    _create_database(place, fresh)
    if durable:  # what was written so far, all at once
        _run(place.account, [place.binaries.program("initdb"), "-D", str(fresh), "--sync-only"])
    fresh.rename(place.cluster)


def _initdb(place: Place, fresh: Path) -> None:
    # `trust` is safe: the socket lies in a folder that only the server's user and root may
    # enter, and there is no other way in.
    command = [place.binaries.program("initdb"), "-D", str(fresh), "-U", SUPERUSER]
    command += ["--auth=trust", "--encoding=UTF8", "--no-instructions", "--no-sync"]
    _run(place.account, command + _locale_options(place.binaries.major))


def _locale_options(major: int) -> list[str]:
    """Sort by code point, know the letters of all languages.

    Trigram search takes only letters into account that LC_CTYPE knows; with plain "C" Greek and
    Bulgarian words would have none.
    """
    letters = _utf8_ctype()
    if major >= 17:
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [*builtin, "--locale=C", f"--lc-ctype={letters}"]
    return ["--locale=C", f"--lc-ctype={letters}"]


def _utf8_ctype() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _create_database(place: Place, fresh: Path) -> None:
    """Create role, database and extensions before the first start, in single-user mode.

    The role is no superuser, as in production: what works here works there. The extensions go
    into template1 first, so that test databases have them as well.
    """
    extensions = [
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_available_extensions WHERE name = '{name}') "
        f"THEN CREATE EXTENSION {name}; END IF; END $$"
        for name in EXTENSIONS
    ]
    role = f"CREATE ROLE {NAME} LOGIN CREATEDB"
    database = f"CREATE DATABASE {NAME} OWNER {NAME}"
    command = [place.binaries.program("postgres"), "--single", "-j", "-D", str(fresh)]
    command += ["-c", "exit_on_error=on", "-c", "fsync=off", "template1"]
    statements = ";\n\n".join([*extensions, role, database])
    _run(place.account, command, text_in=f"{statements};\n\n")


def _run(account: Account, command: list[str], *, text_in: str = "") -> None:
    done = run_as(account, command, env=CLEAN_ENVIRONMENT, text_in=text_in)
    if done.returncode != 0:
        program = Path(command[0]).name
        raise EmbeddedDatabaseError(f"{program} failed:\n{done.stdout.strip()[-2000:]}")


def _remove_empty(cluster: Path) -> None:
    try:
        cluster.rmdir()
    except OSError as error:
        raise EmbeddedDatabaseError(f"{cluster} exists, but is no PostgreSQL cluster: move it away.") from error
