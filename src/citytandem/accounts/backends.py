"""Who may sign in with a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from citytandem.core.node import is_demo_node


class PasswordBackend(ModelBackend):
    """Django's own, but the people of the demo, whose passwords everybody knows, exist on demo nodes only."""

    def user_can_authenticate(self, user: Any) -> bool:
        """See ModelBackend; asked at each sign-in and, through `get_user`, at each request of a session."""
        return super().user_can_authenticate(user) and (not user.is_demo or is_demo_node())
