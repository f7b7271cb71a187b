from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "citytandem.partnerships"
    label = "partnerships"
