"""The steps between the right password and being signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest


class SecondFactorStage(AuthenticateStage):
    """A second factor is asked for once it is switched on; to have a passkey alone does not switch it on.

    A passkey is another way in. If it made the password useless without it, whoever adds one on the telephone could not
    sign in on the old computer any more.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        person = self.login.user
        has_app = person is not None and is_mfa_enabled(person, [Authenticator.Type.TOTP])
        return has_app and bool(super()._should_handle(request))
