from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "citytandem.search"
    label = "search"

    def ready(self) -> None:
        from citytandem.core import events
        from citytandem.search.tasks import (
            all_promise_indexing,
            on_record_changed,
            on_records_changed,
            promise_indexing,
        )

        events.listen_within(events.RecordChanged, promise_indexing, at_once=all_promise_indexing)
        events.listen(events.RecordChanged, on_record_changed, at_once=on_records_changed)
