"""The private folder in which the server's Unix socket lies.

Socket paths are limited to about a hundred bytes, so the folder cannot lie below the data
folder. It has a short name in the user's runtime folder or in /tmp.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from citytandem.database.identity import Account

PORT = 5432  # only a part of the socket's name; nothing listens on the network
LONGEST_FOLDER = 100 - len(f"/.s.PGSQL.{PORT}")


def private_folder(name: str, account: Account) -> Path:
    """A folder that only this user (and root) may enter.

    In /tmp somebody else may have made the name already, to read along: then it is left alone
    and a random name serves.
    """
    base = _base(account, name)
    folder = base / name
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not _is_private(folder, account):
        folder = Path(tempfile.mkdtemp(prefix=f"{name[:20]}-", dir=base))
    if not account.is_us:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    return folder


def remove_private_folder(folder: Path) -> None:
    """Remove the folder after its server has ended."""
    if folder.name.startswith("citytandem-"):
        shutil.rmtree(folder, ignore_errors=True)


def _base(account: Account, name: str) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    # Another user's server could not enter our runtime folder.
    if runtime and account.is_us and len(os.fsencode(runtime)) + len(name) < LONGEST_FOLDER:
        folder = Path(runtime)
        if folder.is_absolute() and folder.is_dir() and _is_private(folder, account):
            return folder
    return Path("/tmp")  # noqa: S108 - the folder inside is checked to be private


def _is_private(folder: Path, account: Account) -> bool:
    """A real folder, owned by the server's user or by us, that nobody else may enter."""
    found = folder.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid in (account.uid, os.geteuid())
        and stat.S_IMODE(found.st_mode) & 0o077 == 0
    )
