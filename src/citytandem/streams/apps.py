from django.apps import AppConfig


class StreamsConfig(AppConfig):
    name = "citytandem.streams"
    label = "streams"

    def ready(self) -> None:
        from citytandem.core import events
        from citytandem.streams import findable, rules
        from citytandem.streams.tasks import on_record_changed

        findable.register_all()
        events.listen(events.RecordChanged, on_record_changed)
        assert rules  # noqa: S101 - importing it registers who may do what
