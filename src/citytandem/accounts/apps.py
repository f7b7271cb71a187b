from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "citytandem.accounts"
    label = "accounts"

    def ready(self) -> None:
        from citytandem.accounts import own_pages, rules
        from citytandem.accounts.privacy import personal, wordings
        from citytandem.accounts.signin import registered as signin

        personal.register_all()
        signin.register_all()
        wordings.register_all()
        own_pages.register_all()

        assert rules  # noqa: S101 - importing it registers who may do what
