"""Addresses of the administration, and of what it makes public."""

from __future__ import annotations

from django.urls import path

from citytandem.accounts.administration.texts import TEXTS
from citytandem.accounts.administration.views import invitations, log, overview, people, public, settings, texts

app_name = "administration"
urlpatterns = [
    path("administration", overview.overview, name="overview"),
    path("administration/try-mail", overview.try_mail, name="try-mail"),
    path("administration/city", settings.city, name="city"),
    path("administration/looks", settings.looks, name="looks"),
    path("administration/looks/logo", settings.logo, name="looks-logo"),
    path("administration/languages", settings.languages, name="languages"),
    path("administration/themes", settings.themes, name="themes"),
    path("administration/switches", settings.switched, name="switches"),
    path("administration/periods", settings.periods, name="periods"),
    path("administration/filters", settings.filters, name="filters"),
    path("administration/texts", texts.texts, name="texts"),
    path("administration/texts/<slug:name>", texts.text, name="text"),
    path("administration/mails", texts.mails, name="mails"),
    path("administration/mails/<slug:name>", texts.mail, name="mail"),
    path("administration/people", people.people, name="people"),
    path("administration/people/<uuid:person_id>", people.person, name="person"),
    path("administration/people/<uuid:person_id>/roles", people.role_give, name="role-give"),
    path("administration/people/<uuid:person_id>/roles/<uuid:membership_id>", people.role_take, name="role-take"),
    path("administration/people/<uuid:person_id>/block", people.block, name="block"),
    path("administration/people/<uuid:person_id>/absence", people.person_away, name="person-away"),
    path("administration/invitations", invitations.invitations, name="invitations"),
    path("administration/invitations/<uuid:invitation_id>/again", invitations.again, name="invitation-again"),
    path("administration/invitations/<uuid:invitation_id>/withdraw", invitations.withdraw, name="invitation-withdraw"),
    path("administration/log", log.log, name="log"),
    path("invitation/<str:token>", invitations.invitation, name="invitation"),
    path("account/absence", people.my_absence, name="my-absence"),
    path("account/absence/<uuid:absence_id>/end", people.absence_end, name="absence-end"),
    path("brand/colours-<slug:key>.css", public.colours, name="colours"),
    path("brand/logo-<slug:key>.png", public.logo, name="logo"),
    # By name, one by one: other pages about the software lie below the same address.
    *(path(f"about/{text.name}", public.text_page, {"name": text.name}) for text in TEXTS if text.is_page),
]
