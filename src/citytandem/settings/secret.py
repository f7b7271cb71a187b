"""The signing key of a node that nobody configured: made once, kept in its data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """`CITYTANDEM_SECRET_KEY`, else the key kept in `folder`, which is made on the first call."""
    configured = os.environ.get("CITYTANDEM_SECRET_KEY")
    if configured:
        return configured
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key
