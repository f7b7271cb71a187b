"""As whom the database server runs.

PostgreSQL refuses to run as root. A normal user's server runs as that user. Root's server runs
as the system user `citytandem`, which is made when missing. Where that is not possible (no
`useradd`, read-only /etc) an existing `postgres` user serves. `nobody` does not: every other
service that runs as `nobody` could then read the database.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from citytandem.database import EmbeddedDatabaseError
from citytandem.database.processes import wait_until

SYSTEM_USER = "citytandem"
FALLBACK_USER = "postgres"


@dataclass(frozen=True)
class Account:
    """A user of the operating system."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        """Whether this process already runs as this user."""
        return self.uid == os.geteuid()


def ourselves() -> Account:
    """The user this process runs as."""
    return Account(os.geteuid(), os.getegid())


def account_for(cluster: Path) -> Account:
    """Who runs the server on this cluster: its owner if it exists, else a fitting user."""
    if not cluster.exists():
        return system_account() if os.geteuid() == 0 else ourselves()
    found = cluster.stat()
    owner = Account(found.st_uid, found.st_gid)
    if owner.uid == 0:
        raise EmbeddedDatabaseError(f"{cluster} belongs to root, and PostgreSQL refuses root.")
    if not owner.is_us and os.geteuid() != 0:
        raise EmbeddedDatabaseError(
            f"The database in {cluster} belongs to the user {_name(owner.uid)}. "
            f"Start as that user, or choose another folder with --data."
        )
    return owner


def system_account() -> Account:
    """Root's unprivileged stand-in."""
    account = _existing(SYSTEM_USER) or _created() or _existing(FALLBACK_USER)
    if account is None:
        raise EmbeddedDatabaseError(
            f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} could not be "
            f"made. Start as a normal user, make that user, or set DATABASE_URL."
        )
    return account


def run_as(
    account: Account,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    text_in: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a short program as that user, from a folder everybody may enter."""
    user, group, groups = popen_identity(account)
    return subprocess.run(
        command,
        user=user,
        group=group,
        extra_groups=groups,
        cwd="/",
        env=env,
        input=text_in,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def popen_identity(account: Account) -> tuple[int | None, int | None, list[int] | None]:
    """The `user`, `group` and `extra_groups` of subprocess; all None when nothing changes."""
    if account.is_us:
        return None, None, None
    return account.uid, account.gid, []


def may_enter(account: Account, folder: Path) -> bool:
    """Whether that user gets into the folder: tried out, because modes alone do not tell."""
    return _test(account, "-x", folder)


def may_read(account: Account, path: Path) -> bool:
    """Whether that user can read the file."""
    return _test(account, "-r", path)


def _test(account: Account, flag: str, path: Path) -> bool:
    if account.is_us:
        return os.access(path, os.X_OK if flag == "-x" else os.R_OK)
    shell = ["/bin/sh", "-c", f'test {flag} "$1"', "sh", str(path)]
    return run_as(account, shell).returncode == 0


def _existing(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return None if entry.pw_uid == 0 else Account(entry.pw_uid, entry.pw_gid)


def _created() -> Account | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        + ["--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        check=False,
    )
    # Another process may be making the same user right now: look for a moment, whoever made it.
    wait_until(lambda: _existing(SYSTEM_USER) is not None, seconds=2)
    return _existing(SYSTEM_USER)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
