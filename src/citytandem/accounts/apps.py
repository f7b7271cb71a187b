from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "citytandem.accounts"
    label = "accounts"
