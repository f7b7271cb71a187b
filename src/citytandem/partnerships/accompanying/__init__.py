"""Accompanying a partnership: topics and roadmap, meetings and what was agreed, papers, stays, results."""

from __future__ import annotations


def register_all() -> None:
    """Called once when Django is ready."""
    from citytandem.partnerships.accompanying import calendars, files, inviting, reminding, rules, sharing

    calendars.register_all()
    files.register_all()
    sharing.register_all()
    reminding.register_all()
    inviting.register_all()
    assert rules  # noqa: S101 - importing it registers who may do what
