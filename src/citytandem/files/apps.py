from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "citytandem.files"
    label = "files"

    def ready(self) -> None:
        from citytandem.accounts import holdings
        from citytandem.files import rules
        from citytandem.files.holding import HOLDING

        holdings.register(HOLDING)
        assert rules  # noqa: S101 - importing it registers who may do what
