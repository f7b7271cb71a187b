"""Ports for nodes that are started to be tried out."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from citytandem.core import ports

OF_CONNECTIONS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_ports_in_a_row_are_free_and_no_connection_can_take_them() -> None:
    found = ports.free_ports(3)
    assert found[2] == found[0] + 2
    for port in found:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    first = int(OF_CONNECTIONS.read_text().split()[0]) if OF_CONNECTIONS.exists() else 32_768
    assert 1023 < found[0] <= found[-1] < first


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    free = ports.free_ports(2)
    wanted = iter([free[0], free[0], free[1]])
    monkeypatch.setattr(ports.random.SystemRandom, "randrange", lambda *_: next(wanted))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free[0]))
        holder.listen()
        assert ports.free_port() == free[1]


def test_without_that_list_the_usual_range_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ports, "_RANGE_OF_CONNECTIONS", tmp_path / "none")
    assert ports.free_port() < 32_768
