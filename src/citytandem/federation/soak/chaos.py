"""A bad network: requests and answers get lost, partners are cut off. Only for the soak, never in production."""

from __future__ import annotations

import os
import random
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from citytandem.core.guarded import FetchFailed, Phase, interfere
from citytandem.federation.soak import control

# Names the control file; without it the network is as it is.
VARIABLE = "CITYTANDEM_SOAK_CONTROL"


def install(*, port: int, chance: random.Random) -> None:
    """Let what the control file says happen to every exchange of this process.

    Raises ImproperlyConfigured where no file is named, or under settings for a node that faces the world.
    """
    named = os.environ.get(VARIABLE)
    if not named or os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
        raise ImproperlyConfigured("a bad network can only be had in the soak")
    path = Path(named)

    def hook(phase: Phase, url: str) -> None:
        now = control.read(path)
        parts = urlsplit(url)
        if phase == "request" and parts.port is not None and now.is_cut(port, parts.port):
            raise FetchFailed("network.unreachable", str(parts.hostname))
        if chance.random() < now.loss:
            raise FetchFailed("network.too_slow" if phase == "answer" else "network.broken", str(parts.hostname))

    interfere(hook)
