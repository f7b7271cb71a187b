from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "citytandem.moderation"
    label = "moderation"

    def ready(self) -> None:
        from citytandem.accounts import holdings
        from citytandem.federation.contract import register_screen
        from citytandem.files.contract import register_text_check
        from citytandem.moderation import rules
        from citytandem.moderation.checking import personal_data_in
        from citytandem.moderation.holding import HOLDING
        from citytandem.moderation.travelling import personal_data_to_stop

        holdings.register(HOLDING)
        register_text_check(personal_data_in)
        register_screen(personal_data_to_stop)
        assert rules  # noqa: S101 - importing it registers who may do what
