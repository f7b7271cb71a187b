from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "citytandem.search"
    label = "search"

    def ready(self) -> None:
        from citytandem.core import events
        from citytandem.search.tasks import on_record_changed, promise_indexing

        events.listen_within(events.RecordChanged, promise_indexing)
        events.listen(events.RecordChanged, on_record_changed)
