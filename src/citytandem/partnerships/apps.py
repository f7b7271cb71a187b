from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "citytandem.partnerships"
    label = "partnerships"

    def ready(self) -> None:
        from citytandem.moderation.contract import register_country
        from citytandem.partnerships import accompanying, dates, findable, personal, rules, sharing
        from citytandem.partnerships.convening import files as event_files
        from citytandem.partnerships.convening import personal as event_people
        from citytandem.partnerships.convening import words as events
        from citytandem.partnerships.programmes import handing_over
        from citytandem.partnerships.selectors import home_country
        from citytandem.partnerships.surveys import personal as survey_people
        from citytandem.partnerships.surveys import words as surveys

        findable.register_all()
        dates.register_all()
        sharing.register_all()
        survey_people.register_all()
        personal.register_all()
        accompanying.register_all()
        handing_over.register_all()
        surveys.register_all()
        event_people.register_all()
        event_files.register_all()
        events.register_all()
        register_country(home_country)
        assert rules  # noqa: S101 - importing it registers who may do what
