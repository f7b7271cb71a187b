from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "citytandem.partnerships"
    label = "partnerships"

    def ready(self) -> None:
        from citytandem.partnerships import findable, rules

        findable.register_all()
        assert rules  # noqa: S101 - importing it registers who may do what
