"""Our addresses under the names by which django-allauth looks for its pages."""

from __future__ import annotations

from django.urls import path, re_path

from citytandem.accounts.signin.views import account, city, entering, factors, passkeys, passwords
from citytandem.settings.city_sign_in import PROVIDER

_CITY = rf"^sign-in/(?P<provider_id>{PROVIDER})"

urlpatterns = [
    path("sign-in", entering.SignIn.as_view(), name="account_login"),
    path("sign-out", entering.sign_out, name="account_logout"),
    path("sign-in/off", entering.switched_off, name="account_inactive"),
    path("sign-in/second-factor", factors.SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey", passkeys.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    re_path(rf"{_CITY}$", city.start, name="openid_connect_login"),
    re_path(rf"{_CITY}/back$", city.back, name="openid_connect_callback"),
    path("sign-in/city/cancelled", city.cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/city/failed", city.failed, name="socialaccount_login_error"),
    path("sign-up", entering.SignUp.as_view(), name="account_signup"),
    path("sign-up/passkey", entering.SignUpByPasskey.as_view(), name="account_signup_by_passkey"),
    path("sign-up/passkey/new", passkeys.PasskeyFirst.as_view(), name="mfa_signup_webauthn"),
    path("confirm", entering.confirm, name="account_email_verification_sent"),
    path("password/forgotten", passwords.Forgotten.as_view(), name="account_reset_password"),
    path("password/forgotten/sent", passwords.forgotten_sent, name="account_reset_password_done"),
    path("password/new", passwords.new_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]{1,40})-(?P<key>[0-9A-Za-z-]{1,120})$",
        passwords.New.as_view(),
        name="account_reset_password_from_key",
    ),
    path("account/email", account.Email.as_view(), name="account_email"),
    path("account/password", passwords.password, name="account_change_password"),
    path("account/password", passwords.password, name="account_set_password"),
    path("account/passkeys", passkeys.passkeys, name="mfa_list_webauthn"),
    path("account/passkeys/new", passkeys.PasskeyAdd.as_view(), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>", passkeys.PasskeyName.as_view(), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove", passkeys.PasskeyRemove.as_view(), name="mfa_remove_webauthn"),
    path("account/second-factor", factors.second_factor, name="mfa_index"),
    path("account/second-factor/on", factors.SwitchOn.as_view(), name="mfa_activate_totp"),
    path("account/second-factor/off", factors.SwitchOff.as_view(), name="mfa_deactivate_totp"),
    path("account/recovery-codes", factors.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new", factors.CodesNew.as_view(), name="mfa_generate_recovery_codes"),
    path("account/recovery-codes/file", factors.CodesFile.as_view(), name="mfa_download_recovery_codes"),
    path("account/sessions", account.sessions, name="usersessions_list"),
    path("account/reauthenticate", account.Again.as_view(), name="account_reauthenticate"),
    path("account/reauthenticate/code", factors.SecondFactorAgain.as_view(), name="mfa_reauthenticate"),
    path("account/reauthenticate/passkey", passkeys.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    # After everything else was settled, allauth goes to one of these.
    path("account/city", account.city_cut, name="socialaccount_connections"),
    path("sign-up", entering.SignUp.as_view(), name="socialaccount_signup"),
]
