from django.apps import AppConfig


class StreamsConfig(AppConfig):
    name = "citytandem.streams"
    label = "streams"

    def ready(self) -> None:
        from citytandem.streams import findable, rules

        findable.register_all()
        assert rules  # noqa: S101 - importing it registers who may do what
