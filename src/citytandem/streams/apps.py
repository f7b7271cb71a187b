from django.apps import AppConfig


class StreamsConfig(AppConfig):
    name = "citytandem.streams"
    label = "streams"

    def ready(self) -> None:
        from citytandem.accounts.contract import DepartmentClosed
        from citytandem.conversation.contract import Conversable, register_conversable
        from citytandem.core import events
        from citytandem.streams import (
            affiliated,
            dates,
            findable,
            notices,
            personal,
            rules,
            sharing,
            subjects,
            switched,
        )
        from citytandem.streams.services import routing
        from citytandem.streams.staff import holding
        from citytandem.streams.tasks import on_department_closed, on_record_changed, on_records_changed

        findable.register_all()
        personal.register_all()
        subjects.register_all()
        switched.register_all()
        affiliated.register_all()
        notices.register_all()
        dates.register_all()
        holding.register_all()
        sharing.register_all()
        register_conversable(Conversable("problem", on_answer=routing.on_answer))
        events.listen(events.RecordChanged, on_record_changed, at_once=on_records_changed)
        events.listen_within(events.RecordChanged, routing.on_record_changed, at_once=routing.on_records_changed)
        events.listen_within(DepartmentClosed, on_department_closed)
        assert rules  # noqa: S101 - importing it registers who may do what
