from allauth.usersessions.apps import UserSessionsConfig


class SessionsConfig(UserSessionsConfig):
    """allauth's list of sessions; who is seen where is written by our own middleware, not by its signals.

    Those read every session of a person at each sign-in: the shared people of a demo have thousands.
    """

    def ready(self) -> None:
        """See AppConfig."""
