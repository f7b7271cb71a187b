"""Ports of this machine that nobody uses, for nodes that are started to be tried out."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_LOWEST = 15_000
_RANGE_OF_CONNECTIONS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_ports(count: int) -> range:
    """So many ports in a row on which nobody listens, below those that the system gives to outgoing connections.

    A port out of that range may be taken by any connection between this answer and the moment somebody listens.
    """
    highest = _first_of_connections()
    chance = random.SystemRandom()
    while True:
        first = chance.randrange(_LOWEST, highest - count)
        wanted = range(first, first + count)
        if all(_is_free(port) for port in wanted):
            return wanted


def free_port() -> int:
    """One such port."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _first_of_connections() -> int:
    try:
        return int(_RANGE_OF_CONNECTIONS.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768  # Linux's own choice
