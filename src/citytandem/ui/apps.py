from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "citytandem.ui"
    label = "ui"
