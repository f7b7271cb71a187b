from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "citytandem.challenges"
    label = "challenges"

    def ready(self) -> None:
        from citytandem.challenges import (
            findable,
            findable_challenges,
            notices,
            notices_assessment,
            notices_challenges,
            notices_pilots,
            personal,
            rules,
            sharing,
            subjects,
            tasks,
        )

        findable.register_all()
        findable_challenges.register_all()
        notices.register_all()
        notices_challenges.register_all()
        notices_assessment.register_all()
        notices_pilots.register_all()
        personal.register_all()
        sharing.register_all()
        subjects.register_all()
        assert rules  # noqa: S101 - importing it registers who may do what
        assert tasks  # noqa: S101 - importing it registers the jobs
