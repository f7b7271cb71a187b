"""Addresses of challenges, from the call to the contract."""

from __future__ import annotations

from citytandem.challenges import (
    urls_assessment,
    urls_challenges,
    urls_dashboards,
    urls_partners,
    urls_pilots,
    urls_proposals,
    urls_tenders,
)

app_name = "challenges"

# Dashboards and partners first: /challenges.csv, /challenges/partners and the like are no names of challenges.
urlpatterns = [
    *urls_dashboards.urlpatterns,
    *urls_partners.urlpatterns,
    *urls_challenges.urlpatterns,
    *urls_proposals.urlpatterns,
    *urls_assessment.urlpatterns,
    *urls_pilots.urlpatterns,
    *urls_tenders.urlpatterns,
]
