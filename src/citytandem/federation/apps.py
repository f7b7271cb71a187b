from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "citytandem.federation"
    label = "federation"

    def ready(self) -> None:
        from citytandem.core import events
        from citytandem.federation import notices, rules, tasks
        from citytandem.federation.services.publishing import on_record_changed

        notices.register_all()
        events.listen_within(events.RecordChanged, on_record_changed)
        assert rules  # noqa: S101 - importing it registers who may do what
        assert tasks  # noqa: S101 - importing it registers the jobs
