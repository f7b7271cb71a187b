"""What people are told of, and how: modules register their kinds of notices in `apps.py`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from django.utils.functional import Promise

How = Literal["now", "daily", "weekly", "off"]
HOWS: tuple[How, ...] = get_args(How)

# The kinds that every node has, see `registered.py`.
COMMENT = "comment"
ANSWER = "answer"
QUESTION = "question"
MENTION = "mention"
STATUS = "status"
DECISION = "moderation_decision"
REPORT = "moderation_report"
APPEAL = "moderation_appeal"
QUEUE = "moderation_queue"
NEW_PROBLEM = "department_problem"
SERVICE_TIME = "department_time"
INVITATION = "invitation"
SECURITY = "security"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice. `default` counts until a person chooses; `off` means: no e-mail, it still stands in the list.

    `is_service`: people have to get it at once (decisions about them, security), so it cannot be switched off.
    `roles`: who can choose about it at all; empty: everybody.
    """

    name: str
    label: str | Promise
    hint: str | Promise
    default: How = "now"
    is_service: bool = False
    roles: frozenset[str] = frozenset()


_kinds: dict[str, NoticeKind] = {}


def register_notice(kind: NoticeKind) -> None:
    """Make a kind of notice known; the last registration of a name counts."""
    _kinds[kind.name] = kind


def notice_kind(name: str) -> NoticeKind:
    """A registered kind; KeyError for any other."""
    return _kinds[name]


def known_kind(name: str) -> NoticeKind | None:
    """A registered kind, or None: rows outlive the module that wrote them."""
    return _kinds.get(name)


def notice_kinds() -> list[NoticeKind]:
    """All kinds, as registered."""
    return list(_kinds.values())
