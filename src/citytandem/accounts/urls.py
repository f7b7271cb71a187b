"""Addresses of signing in and of one's own account, under our own names; allauth's are in `signin/urls.py`."""

from __future__ import annotations

from django.urls import path

from citytandem.accounts.signin.views import account, city, entering

app_name = "accounts"
urlpatterns = [
    path("sign-in", entering.SignIn.as_view(), name="sign-in"),
    path("sign-out", entering.sign_out, name="sign-out"),
    path("sign-in/city/unconfirmed", city.unconfirmed, name="city-unconfirmed"),
    path("confirm/failed", entering.confirm_failed, name="confirm-failed"),
    path("confirm/<slug:key>", entering.confirm_link, name="confirm"),
    path("account", account.account, name="account"),
    path("account/city/cut", account.city_cut, name="city-cut"),
]
