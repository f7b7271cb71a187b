"""Addresses of the pages about partners."""

from __future__ import annotations

from django.urls import path

from citytandem.federation.views import agreement, files, own, partners

urlpatterns = [
    path("federation", partners.partners, name="partners"),
    path("federation/new", partners.pair, name="pair"),
    path("federation/code.svg", partners.own_code, name="code"),
    path("federation/partners/<uuid:peer_id>", partners.partner, name="partner"),
    path("federation/partners/<uuid:peer_id>/agreement", agreement.agreement, name="agreement"),
    path("federation/partners/<uuid:peer_id>/exchange", partners.exchange, name="exchange"),
    path("federation/partners/<uuid:peer_id>/pause", partners.pause, name="pause"),
    path("federation/partners/<uuid:peer_id>/resume", partners.resume, name="resume"),
    path("federation/partners/<uuid:peer_id>/end", partners.end, name="end"),
    path("federation/partners/<uuid:peer_id>/doubts/<int:doubt_id>/<slug:which>.json", partners.doubt, name="doubt"),
    path("federation/files", files.files, name="files"),
    path("federation/files/make", files.make, name="file-make"),
    path("federation/files/invitation", files.invitation, name="invitation"),
    path("federation/files/invited", files.invited, name="invited"),
    path("federation/hub", own.hub, name="hub"),
    path("federation/held", own.held, name="held"),
    path("federation/keys", own.keys, name="keys"),
    path("federation/keys/rotate", own.rotate, name="key-rotate"),
    path("federation/keys/<slug:multikey>/revoke", own.revoke, name="key-revoke"),
]
