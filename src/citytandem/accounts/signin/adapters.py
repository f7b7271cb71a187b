"""Where django-allauth asks how we do things: letters, words, addresses of pages, who may sign in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import authenticate
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from citytandem.accounts.backends import may_sign_in
from citytandem.accounts.models import Person
from citytandem.accounts.signin import known, letters, sealing, wording
from citytandem.accounts.signin.qr import qr_svg
from citytandem.accounts.signin.services.people import address_confirm
from citytandem.core.languages import is_language
from citytandem.core.letters import Letter
from citytandem.core.node import this_node
from citytandem.core.switches import is_on
from citytandem.core.text import clean_line
from citytandem.core.throttle import address_of

# In the session: when somebody last showed there who they are.
CERTAIN_AT = "signin.certain_at"
# So long one need not show again that it is oneself; to send a form that was opened in time there is more.
SECONDS_TO_OPEN = 300
SECONDS_TO_SEND = 1_800


class PersonAdapter(DefaultAccountAdapter):
    """How people sign in and up here."""

    error_messages = {**DefaultAccountAdapter.error_messages, **wording.ERRORS}

    def is_safe_url(self, url: str) -> bool:
        """Only pages of this node, by their path: no page sends people elsewhere."""
        return is_own_path(url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address as for our limits; a socket of the machine itself has none."""
        return clean_client_ip(address_of(request)) or "0.0.0.0"  # noqa: S104 - says "none", nothing listens there

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Django's, without allauth's way round for those who may not sign in."""
        person = authenticate(request, **credentials)
        return person if isinstance(person, Person) else None

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """The administrator decides."""
        return is_on("signup")

    def save_user(self, request: HttpRequest, user: Person, form: BaseForm, commit: bool = True) -> Person:  # noqa: FBT001, FBT002 - allauth's signature
        """With the name that others see, and the language of the page for our letters."""
        user.name = clean_line(form.cleaned_data.get("name", ""))
        user.language = language_of(request)
        saved = super().save_user(request, user, form, commit)
        assert isinstance(saved, Person)  # noqa: S101 - what was put in
        return saved

    def pre_login(self, request: HttpRequest, user: Person, **details: Any) -> HttpResponse | None:
        """Whoever may not sign in does not get in by a passkey, a new password or the city's sign-in either."""
        if not may_sign_in(user):
            clear_login(request)
            return HttpResponseRedirect(reverse("account_inactive"))
        return super().pre_login(request, user, **details)

    def login(self, request: HttpRequest, user: Person) -> None:
        """Remember when."""
        super().login(request, user)
        certain(request)

    def post_login(self, request: HttpRequest, user: Person, **details: Any) -> HttpResponse:
        """This browser is known from now on."""
        response = super().post_login(request, user, **details)
        known.remember(request, response, email=user.email)
        return response

    def respond_email_verification_sent(self, request: HttpRequest, user: Person | None) -> HttpResponseBase:  # noqa: ARG002 - allauth's signature
        """To the page for the code."""
        return HttpResponseRedirect(reverse("account_email_verification_sent"))

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """All of it or nothing; others hear of a new person."""
        return address_confirm(request, email_address)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Back to the overview."""
        return reverse("accounts:account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:  # noqa: ARG002 - allauth's signature
        """Back to the overview."""
        return reverse("accounts:account")

    def get_login_stages(self) -> list[str]:
        """With our own rule for when the second factor is asked for."""
        return [
            "allauth.account.stages.EmailVerificationStage",
            "citytandem.accounts.signin.stages.SecondFactorStage",
            "allauth.mfa.webauthn.stages.PasskeySignupStage",
        ]

    def is_reauthentication_required(self, *, app: str, **_details: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Not if one has just shown it here."""
        at = self.request.session.get(CERTAIN_AT, 0)
        return time.time() - at > (SECONDS_TO_SEND if self.request.method == "POST" else SECONDS_TO_OPEN)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """In our words."""
        words = {
            "reauthenticate": _("With your password"),
            "mfa_reauthenticate": _("With a code of your app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("With a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002 - allauth's signature
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """In our words; only to people who are signed in, for others see no messages."""
        text = message or wording.MESSAGES.get(message_template or "")
        if text and request.user.is_authenticated:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As a letter of ours, sent by the worker, in the language of whoever gets it."""
        person = context.get("user")
        language = getattr(person, "language", "") or language_of(self.request)
        letter, parameters, path = self._letter(template_prefix, context, language=language)
        letters.write(letter, to=email, language=language, parameters=parameters, path=path)

    def send_notification_mail(
        self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """As `send_mail`, in the person's own language."""
        self.send_mail(template_prefix, email or user.email, {**(context or {}), "user": user})

    def _letter(self, prefix: str, context: dict[str, Any], *, language: str) -> tuple[Letter, dict[str, str], str]:
        """Which letter, what is filled in, and what it opens. KeyError for one that allauth has got since."""
        if prefix in ("account/email/email_confirmation_signup", "account/email/email_confirmation"):
            path = reverse("accounts:confirm", args=[normalize_user_code(context["code"])])
            letter = letters.CONFIRM if prefix.endswith("_signup") else letters.CHANGE
            return letter, {"code": context["code"]}, path
        if prefix == "account/email/account_already_exists":
            return letters.EXISTS, {}, reverse("account_reset_password")
        if prefix == "account/email/unknown_account":
            return letters.UNKNOWN, {}, reverse("account_signup")
        if prefix == "account/email/password_reset_key":
            return letters.RESET, {}, urlsplit(context["password_reset_url"]).path
        with translation.override(language):
            event = str(letters.EVENTS[prefix])
            at = date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
        return letters.SECURITY, {"event": event, "time": at}, reverse("usersessions_list")


class FactorAdapter(DefaultMFAAdapter):
    """Passkeys and the second factor."""

    error_messages = {**DefaultMFAAdapter.error_messages, **wording.ERRORS}

    def get_totp_issuer(self) -> str:
        """What the authenticator app shows."""
        return f"{this_node().name} citytandem"

    def build_totp_svg(self, url: str) -> str:
        """As our other QR codes."""
        return qr_svg(url)

    def encrypt(self, text: str) -> str:
        """See `sealing`."""
        return sealing.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """See `sealing`."""
        return sealing.decrypt(encrypted_text)

    def _get_site_name(self) -> str:
        return f"{this_node().name} citytandem"

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's signature
        """For passkeys that get no name."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}


def certain(request: HttpRequest) -> None:
    """Somebody has just shown who they are."""
    request.session[CERTAIN_AT] = time.time()


def is_own_path(url: str) -> bool:
    """Whether an address to go on to is a path of this node; browsers drop control characters, so there are none."""
    return url.startswith("/") and url.isprintable() and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def language_of(request: HttpRequest) -> str:
    """The language in which somebody reads."""
    code = getattr(request, "LANGUAGE_CODE", "")
    return code if is_language(code) else this_node().language
