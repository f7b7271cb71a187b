"""What the node writes by e-mail about signing in. Administrators may change the words; `core.letters` delivers them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from citytandem.core.letters import Letter, post, register

CONFIRM = Letter(
    name="sign_in_confirm",
    label=_("Code for a new sign-in"),
    subject=_("{code} is your code for {city}"),
    body=_(
        "You want to sign up at {city}. Please type this code on the page where you began: {code}\n\n"
        "The code is good for one hour. If this was not you, you need not do anything."
    ),
    action=_("Confirm in the same browser"),
    example={"code": "1234-5678"},
)
CHANGE = Letter(
    name="sign_in_change",
    label=_("Code for a new e-mail address"),
    subject=_("{code} is your code for {city}"),
    body=_(
        "This is to be your new e-mail address at {city}. Please type this code on the page where you changed it: "
        "{code}\n\n"
        "The code is good for one hour. If this was not you, you need not do anything."
    ),
    action=_("Confirm in the same browser"),
    example={"code": "1234-5678"},
)
EXISTS = Letter(
    name="sign_in_exists",
    label=_("Sign-up with an address that has a sign-in"),
    subject=_("You have a sign-in at {city} already"),
    body=_(
        "Somebody, probably you, wanted to sign up at {city} with this e-mail address. But there is a sign-in for it "
        "already: you can use it.\n\n"
        "You do not know the password any more? Then set a new one.\n\n"
        "If this was not you, you need not do anything."
    ),
    action=_("Set a new password"),
)
UNKNOWN = Letter(
    name="sign_in_unknown",
    label=_("New password for an address without a sign-in"),
    subject=_("There is no sign-in for this address at {city}"),
    body=_(
        "Somebody, probably you, asked for a new password at {city}. But there is no sign-in for this e-mail address. "
        "Perhaps you used another address? You can also sign up.\n\n"
        "If this was not you, you need not do anything."
    ),
    action=_("Sign up"),
)
RESET = Letter(
    name="sign_in_reset",
    label=_("New password"),
    subject=_("A new password for {city}"),
    body=_(
        "You want a new password at {city}. Choose it on this page. It opens once, within three days.\n\n"
        "If this was not you, you need not do anything: your password stays as it is."
    ),
    action=_("Set a new password"),
)
SECURITY = Letter(
    name="sign_in_security",
    label=_("A sign-in was changed"),
    subject=_("Your sign-in at {city} was changed"),
    body=_(
        "{event} This happened on {time}.\n\n"
        "If this was you, all is well. If not, set a new password at once, and sign out the devices that are not yours."
    ),
    action=_("See where you are signed in"),
    example={"event": _("Your password was changed."), "time": "1.2.2027, 12:30"},
)
ALL = (CONFIRM, CHANGE, EXISTS, UNKNOWN, RESET, SECURITY)

# What a letter about a change says, by the template that allauth would use.
EVENTS = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_set": _("A password was set."),
    "account/email/password_reset": _("A new password was set by e-mail."),
    "account/email/email_changed": _("Your e-mail address was changed to another one."),
    "mfa/email/webauthn_added": _("A passkey was added."),
    "mfa/email/webauthn_removed": _("A passkey was removed."),
    "mfa/email/totp_activated": _("The second factor was switched on."),
    "mfa/email/totp_deactivated": _("The second factor was switched off."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made. The old ones do not work any more."),
    "socialaccount/email/account_connected": _("The city's account was connected."),
    "socialaccount/email/account_disconnected": _("The city's account was disconnected."),
}


def register_all() -> None:
    """Called once when Django is ready."""
    for letter in ALL:
        register(letter)


def write(letter: Letter, *, to: str, language: str, parameters: Mapping[str, str], path: str) -> None:
    """Leave a letter for the worker: a slow mail server holds nobody up, and no answer tells by its time whether one went."""
    post().send(to=to, template=letter.name, language=language, parameters=parameters, path=path)
