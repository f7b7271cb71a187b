from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "citytandem.notifications"
    label = "notifications"

    def ready(self) -> None:
        from citytandem.notifications import holding, own_pages, post, registered, rules

        registered.register_all()
        post.register_all()
        holding.register_all()
        own_pages.register_all()
        assert rules  # noqa: S101 - importing it registers who may do what
