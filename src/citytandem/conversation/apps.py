from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "citytandem.conversation"
    label = "conversation"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from citytandem.accounts.contract import Section, register_section
        from citytandem.conversation import feed, holding, notices, rules, subject, switched

        switched.register_all()
        feed.register_all()
        subject.register_all()
        holding.register_all()
        notices.register_all()
        register_section(
            Section(
                "conversation.following",
                _("What I follow"),
                _("Problems and solutions of which you hear what is new."),
                "/following",
                icon="link",
                order=75,
            )
        )
        assert rules  # noqa: S101 - importing it registers who may do what
