"""What allauth says to people, in our words: so all nine languages have it. What is not here is not said at all."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TOO_OFTEN = _("That was too often in a short time. Please wait a little, then try again.")
WRONG_CODE = _("This code is not right. Please look again, or take the newest one.")

# By the names of allauth's errors.
ERRORS = {
    "account_inactive": _("This sign-in is switched off."),
    "add_email_blocked": _("Switch the second factor off before you change your e-mail address."),
    "cannot_delete_authenticator": _("This cannot be switched off."),
    "cannot_generate_recovery_codes": _("There are recovery codes only with a second factor."),
    "cannot_remove_primary_email": _("This address is needed to sign in."),
    "connected_other": _("This account of the city belongs to another sign-in here."),
    "disconnect_last": _("This is your only way to sign in. Set a password first."),
    "duplicate_email": _("This is your address already."),
    "email_password_mismatch": _("This e-mail address and password do not go together. Please check both."),
    "email_taken": _("This address belongs to another sign-in here."),
    "enter_current_password": _("This is not your password of today."),
    "incorrect_code": WRONG_CODE,
    "incorrect_password": _("This is not your password."),
    "invalid_login": _("This e-mail address and password do not go together. Please check both."),
    "invalid_or_expired_key": _("This address does not work any more."),
    "invalid_password_reset": _("This address does not work any more."),
    "invalid_token": _("The city's sign-in sent something that we could not check."),
    "max_email_addresses": _("There can be one address only."),
    "no_password": _("This is your only way to sign in. Set a password first."),
    "no_verified_email": _("Confirm your e-mail address first."),
    "rate_limited": TOO_OFTEN,
    "same_as_current": _("This is your address already."),
    "select_only_one": _("Please choose one only."),
    "too_many_login_attempts": TOO_OFTEN,
    "unknown_email": _("There is no sign-in for this address."),
    "unverified_email": _("Confirm your e-mail address first."),
    "unverified_primary_email": _("Confirm your e-mail address first."),
}

# By the templates of allauth's messages.
MESSAGES = {
    "account/messages/email_confirmed.txt": _("Your e-mail address is confirmed."),
    "account/messages/email_confirmation_failed.txt": _("This address belongs to another sign-in here."),
    "account/messages/password_changed.txt": _("Your new password holds. You are signed out everywhere else."),
    "account/messages/password_set.txt": _("Your password holds."),
    "mfa/messages/totp_activated.txt": _("The second factor is switched on."),
    "mfa/messages/totp_deactivated.txt": _("The second factor is switched off."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added. You can sign in with it from now on."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "usersessions/messages/sessions_logged_out.txt": _("You are signed out on all other devices."),
    "socialaccount/messages/account_connected.txt": _("The city's account is connected."),
    "socialaccount/messages/account_disconnected.txt": _("The city's account is disconnected."),
}
