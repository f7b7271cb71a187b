"""Where a node's database cluster lies, and for which user and programs.

Normally `<data>/postgres`. When root starts a node below a folder that the system user cannot
enter (a clone in its own home or in a `mktemp -d`), loosening those folders would open root's files to
everybody. So the cluster then goes to /var/lib/citytandem/<hash of the data path>/postgres, and
the file `<data>/postgres.elsewhere` says so.
"""

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from citytandem.database import EmbeddedDatabaseError
from citytandem.database.binaries import (
    SYSTEM_FOLDER,
    Binaries,
    choose,
    open_folder,
    reachable,
)
from citytandem.database.identity import Account, account_for, may_enter

POINTER = "postgres.elsewhere"
BELONGS_TO = "belongs-to"


@dataclass(frozen=True)
class Place:
    """A cluster with what it takes to run it."""

    cluster: Path
    account: Account
    binaries: Binaries

    @property
    def is_initialised(self) -> bool:
        """Whether the cluster is there; a half-made one never carries its final name."""
        return (self.cluster / "PG_VERSION").exists()


def cluster_of(data: Path) -> Path:
    """The cluster of this data folder, made or not."""
    pointer = data / POINTER
    if not pointer.exists():
        return data / "postgres"
    cluster = Path(pointer.read_text(encoding="utf-8").strip())
    _require_ours(cluster, data)
    return cluster


def locate(data: Path) -> Place:
    """Decide where the cluster lies, as whom and with which programs it runs."""
    cluster = cluster_of(data)
    account = account_for(cluster)
    if not may_enter(account, cluster.parent):
        if cluster.exists():
            raise EmbeddedDatabaseError(
                f"The database's user cannot enter {cluster.parent} any more. Let it in, or move "
                f"the folder to a place that others may enter."
            )
        cluster = _elsewhere(data)
    version = cluster / "PG_VERSION"
    major = int(version.read_text().strip()) if version.exists() else None
    return Place(cluster, account, reachable(choose(major), account))


def forget(data: Path) -> None:
    """Delete the cluster of this data folder for good, wherever it lies."""
    cluster = cluster_of(data)
    if cluster.parent != data:
        shutil.rmtree(cluster.parent, ignore_errors=True)
        (data / POINTER).unlink(missing_ok=True)
    shutil.rmtree(cluster, ignore_errors=True)


def short_hash(data: Path) -> str:
    """A short name for a data folder."""
    return hashlib.sha256(str(data).encode(errors="surrogateescape")).hexdigest()[:12]


def _elsewhere(data: Path) -> Path:
    """Make the place outside the data folder, and tell so once."""
    folder = open_folder(open_folder(SYSTEM_FOLDER) / short_hash(data))
    (folder / BELONGS_TO).write_text(f"{data}\n", encoding="utf-8")
    cluster = folder / "postgres"
    (data / POINTER).write_text(f"{cluster}\n", encoding="utf-8")
    print(
        f"PostgreSQL does not run as root, and its user may not enter {data}: the database lies in {cluster}.",
        file=sys.stderr,
    )
    return cluster


def _require_ours(cluster: Path, data: Path) -> None:
    """A data folder may move and keep its database; a copy of it must not share the original's."""
    record = cluster.parent / BELONGS_TO
    if not record.exists():  # the place was deleted: an empty cluster is made anew
        open_folder(open_folder(SYSTEM_FOLDER) / cluster.parent.name)
        record.write_text(f"{data}\n", encoding="utf-8")
        return
    owner = Path(record.read_text(encoding="utf-8").strip())
    if owner == data:
        return
    if (owner / POINTER).exists():
        raise EmbeddedDatabaseError(
            f"{data} is a copy of {owner}, whose database lies in {cluster}. Delete "
            f"{data / POINTER} to begin with an empty database here."
        )
    record.write_text(f"{data}\n", encoding="utf-8")
