"""Forms for getting in: signing in and up, codes, passwords."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ConfirmEmailVerificationCodeForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.account.utils import has_verified_email
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import demo_sign_ins
from citytandem.accounts.models import Person
from citytandem.accounts.signin import known, limits
from citytandem.accounts.signin.services.people import unconfirmed_drop
from citytandem.core.errors import TooMany
from citytandem.core.languages import NATIVE_NAMES
from citytandem.ui.forms import PlainForm

LONGEST_PASSWORD = 1_000
_EMAIL = {"autocapitalize": "none", "spellcheck": "false"}
PASSWORD_HINT = _("At least 10 characters. Several words in a row are easy to remember and hard to guess.")


class CountedForm(PlainForm):
    """A form that may be sent only so often: what was typed stays, and the page says how long to wait."""

    too_many: TooMany | None = None

    def counted(self, error: TooMany) -> ValidationError:
        """What to raise in `clean` instead of the error."""
        self.too_many = error
        return ValidationError(str(error.message), code="too_many")


def email_field(label: Any, *, autocomplete: str = "email") -> forms.CharField:
    """An e-mail address."""
    return forms.EmailField(
        label=label, max_length=254, widget=forms.EmailInput(attrs={**_EMAIL, "autocomplete": autocomplete})
    )


def password_field(label: Any, *, is_new: bool) -> forms.CharField:
    """A password; its length is bounded because hashing a huge one costs time. A script adds a button that shows it."""
    autocomplete = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=PASSWORD_HINT if is_new else "",
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, "data-reveal": ""}),
    )


class SignInForm(CountedForm):
    """E-mail address and password."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={**_EMAIL, "autocomplete": "username"}),
    )
    password = password_field(_("Password"), is_new=False)

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.person: Person | None = None

    def clean(self) -> dict[str, Any]:
        """Count, then look whether both go together. The answer does not tell which of them is wrong."""
        values = super().clean() or {}
        if self.errors or self.request is None:
            return values
        email = values["email"].strip().lower()
        recognised = known.recognise(self.request, email=email)
        # Everybody knows the passwords of a demo: there is nothing to guess, and many use the same sign-in.
        is_demo = email in {one.email for one in demo_sign_ins()}
        try:
            if not is_demo:
                limits.try_password(self.request, email=email, known=recognised)
            self.person = get_adapter().authenticate(self.request, email=email, password=values["password"])
            if self.person is None:
                raise ValidationError(
                    _("This e-mail address and password do not go together. Please check both."), code="sign_in"
                )
            limits.right_password(self.request, email=email, known=recognised)
            if not has_verified_email(self.person):
                # Signing in sends the code anew.
                limits.letter(email)
        except TooMany as error:
            raise self.counted(error) from error
        return values

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on to what else is asked for, or in."""
        login = Login(user=self.person, redirect_url=redirect_url)
        response: HttpResponse = flows.login.perform_password_login(
            request, {"email": self.cleaned_data["email"]}, login
        )
        return response


class SignUpForm(CountedForm, SignupForm):
    """E-mail address, password unless one comes by passkey, and a name for others if one likes."""

    email = email_field(_("E-mail address"), autocomplete="username")
    name = forms.CharField(
        label=_("How others see you"),
        required=False,
        max_length=120,
        help_text=_("Stands beside what you write. Leave it empty if you like: then you are “Resident”."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order = ["email", "password1", "name"]
    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        if "password1" in self.fields:
            self.fields["password1"] = password_field(_("Password"), is_new=True)
            self.fields["password1"].widget.attrs["class"] = "kern-form-input__input"
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Count; and nobody's password is their own name."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        if values.get("password1"):
            try:
                validate_password(values["password1"], Person(email=values["email"], name=values.get("name", "")))
            except ValidationError as error:
                self.add_error("password1", error)
                return values
        try:
            limits.sign_up(context.request, email=values["email"])
        except TooMany as error:
            raise self.counted(error) from error
        return values

    def try_save(self, request: HttpRequest) -> tuple[Any, Any]:
        """Make the person, or write to the one who is there already: same answer, same work, same time."""
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1") or "")
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # Somebody signed up with the same address at the same moment.
            self.account_already_exists = True
            return super().try_save(request)


class CodeForm(CountedForm, ConfirmEmailVerificationCodeForm):
    """The code from the letter."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Whoever knows it has the mailbox: sign-ups with this address that nobody confirmed give way."""
        try:
            limits.code(context.request)
        except TooMany as error:
            raise self.counted(error) from error
        try:
            return str(super().clean_code())
        except ValidationError as error:
            taken = error.code == "email_taken" and self.user is not None
            if taken and unconfirmed_drop(email=self.email, but=self.user.pk):
                return str(super().clean_code())
            raise


class ForgottenForm(CountedForm, ResetPasswordForm):
    """For whom to set a new password."""

    email = email_field(_("E-mail address"), autocomplete="username")

    def clean(self) -> dict[str, Any]:
        """Count."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                limits.reset(context.request, email=values["email"].lower())
            except TooMany as error:
                raise self.counted(error) from error
        return values


class NewPasswordForm(PlainForm, ResetPasswordKeyForm):
    """The new password after a letter; once is enough, for one can look at it."""

    password1 = password_field(_("New password"), is_new=True)
    password2 = None

    def clean_password1(self) -> str:
        """Refuse what is easy to guess."""
        return str(get_adapter().clean_password(self.cleaned_data["password1"], user=self.user))


class FirstPasswordForm(PlainForm, SetPasswordForm):
    """A password for somebody who has none."""

    password1 = password_field(_("New password"), is_new=True)
    password2 = None

    def clean_password1(self) -> str:
        """Refuse what is easy to guess."""
        return str(get_adapter().clean_password(self.cleaned_data["password1"], user=self.user))


class OtherPasswordForm(CountedForm, ChangePasswordForm):
    """Another password for somebody who has one."""

    oldpassword = password_field(_("Password of today"), is_new=False)
    password1 = password_field(_("New password"), is_new=True)
    password2 = None

    def clean_oldpassword(self) -> str:
        """Count, then check."""
        try:
            limits.again(self.user.pk)
        except TooMany as error:
            raise self.counted(error) from error
        return str(super().clean_oldpassword())

    def clean_password1(self) -> str:
        """Refuse what is easy to guess."""
        return str(get_adapter().clean_password(self.cleaned_data["password1"], user=self.user))


class AgainForm(CountedForm, ReauthenticateForm):
    """The password once more."""

    password = password_field(_("Password"), is_new=False)

    def clean_password(self) -> str:
        """Count, then check."""
        try:
            limits.again(self.user.pk)
        except TooMany as error:
            raise self.counted(error) from error
        return str(super().clean_password())


class OtherEmailForm(CountedForm, AddEmailForm):
    """Another e-mail address."""

    email = email_field(_("New e-mail address"))

    def clean(self) -> dict[str, Any]:
        """Count."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                limits.letter(values["email"])
            except TooMany as error:
                raise self.counted(error) from error
        return values


class ProfileForm(PlainForm):
    """How others see one, and in which language we write."""

    name = forms.CharField(
        label=_("How others see you"),
        required=False,
        max_length=120,
        help_text=_("Stands beside what you write. Leave it empty if you like: then you are “Resident”."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    language = forms.ChoiceField(
        label=_("Language of our e-mails and of the pages"),
        choices=[(code, name) for code, name in NATIVE_NAMES.items()],
    )
