"""Forms for passkeys and the second factor."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    SignupWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.signin import limits
from citytandem.accounts.signin.forms import CountedForm
from citytandem.core.errors import TooMany
from citytandem.core.throttle import count

# What the library raises for what no browser would send.
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError)
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


def code_field(label: Any, hint: Any = "") -> forms.CharField:
    """A code to type."""
    return forms.CharField(label=label, help_text=hint, max_length=40, widget=forms.TextInput(attrs=dict(_CODE)))


class _OnceForm(CountedForm):
    """A code that counts as a try, and works once: allauth remembers used codes per process only."""

    user: Any

    def clean_code(self) -> str:
        """Raises ValidationError."""
        try:
            limits.try_second_factor(self.user.pk)
        except TooMany as error:
            raise self.counted(error) from error
        code = str(super().clean_code())  # type: ignore[misc] # of the form beside this one
        try:
            count(limits.USED, f"{self.user.pk} {normalize_user_code(code)}")
        except TooMany as error:
            raise get_adapter().validation_error("incorrect_code") from error
        limits.right_second_factor(self.user.pk)
        return code


class SecondFactorForm(_OnceForm, AuthenticateForm):
    """After the password."""

    code = code_field(_("Code"), _("From your app, or one of your recovery codes."))


class SecondFactorAgainForm(_OnceForm, ReauthenticateForm):
    """Before something that matters."""

    code = code_field(_("Code"), _("From your app, or one of your recovery codes."))


class SwitchOnForm(_OnceForm, ActivateTOTPForm):
    """The first code of a new app."""

    code = code_field(_("Code that your app shows"))


class SwitchOffForm(CountedForm, DeactivateTOTPForm):
    """No field: to send it is enough."""


class _PasskeyForm(CountedForm):
    """What the browser says of a passkey."""

    user: Any

    def clean_credential(self) -> Any:
        """Raises ValidationError."""
        try:
            if self.user is None:
                limits.passkey(context.request)
            else:
                limits.try_second_factor(self.user.pk)
        except TooMany as error:
            raise self.counted(error) from error
        try:
            return super().clean_credential()  # type: ignore[misc] # of the form beside this one
        except MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeySignInForm(_PasskeyForm, LoginWebAuthnForm):
    """A passkey alone."""


class PasskeyFactorForm(_PasskeyForm, AuthenticateWebAuthnForm):
    """A passkey after the password."""


class PasskeyAgainForm(_PasskeyForm, ReauthenticateWebAuthnForm):
    """A passkey before something that matters."""


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name of the passkey"),
        required=False,
        max_length=60,
        help_text=_("So that you know it again: “telephone”, “key on my keyring”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class _NewPasskeyForm(CountedForm):
    """What the browser says of a passkey that it has just made."""

    name = _name_field()

    def clean(self) -> dict[str, Any]:
        """A passkey that does not ask who uses it is none: a fingerprint, a face or a number is needed."""
        self.cleaned_data["passwordless"] = True
        try:
            return dict(super().clean() or {})
        except MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyAddForm(_NewPasskeyForm, AddWebAuthnForm):
    """A new passkey; each one can sign in alone."""

    passwordless = None


class PasskeyFirstForm(_NewPasskeyForm, SignupWebAuthnForm):
    """The passkey of somebody who signs up."""


class PasskeyNameForm(CountedForm, EditWebAuthnForm):
    """Another name."""

    name = forms.CharField(label=_("Name of the passkey"), max_length=60)
