"""The words of publiccode.yml and ours. Words that are not listed say nothing about a theme or a stage. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# developmentStatus -> our stage. `stable` alone says that it could be used, not that it is: the importer looks at
# `usedBy` for that. `obsolete` says nothing about how far it once came.
STAGES: Mapping[str, str] = {
    "concept": "concept",
    "development": "planned",
    "beta": "tried",
    "stable": "",
    "obsolete": "",
}

# categories -> themes: https://github.com/publiccodeyml/publiccode.yml, "List of software categories".
# Categories of office work that every organisation has (accounting, backup, e-mail …) stand for no theme of a city.
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "appointment-scheduling": ("online-services",),
    "applicant-tracking": ("staff-and-skills",),
    "business-process-management": ("online-services",),
    "call-center-management": ("city-communication",),
    "civic-engagement": ("citizen-participation",),
    "cloud-management": ("it-infrastructure",),
    "communications": ("city-communication",),
    "content-management": ("city-communication",),
    "customer-service-and-support": ("city-communication",),
    "data-analytics": ("data-governance",),
    "data-collection": ("data-governance",),
    "data-visualization": ("open-data",),
    "design-system": ("online-services",),
    "digital-citizenship": ("digital-identity",),
    "document-management": ("online-services",),
    "e-signature": ("digital-identity",),
    "educational-content": ("digital-education",),
    "employee-management": ("staff-and-skills",),
    "event-management": ("culture-and-heritage",),
    "facility-management": ("energy-in-buildings",),
    "feedback-and-reviews-management": ("citizen-participation",),
    "fleet-management": ("traffic-management",),
    "geographic-information-systems": ("geodata",),
    "grant-management": ("eu-funding",),
    "help-desk": ("city-communication",),
    "hr": ("staff-and-skills",),
    "identity-management": ("digital-identity",),
    "it-asset-management": ("it-infrastructure",),
    "it-management": ("it-infrastructure",),
    "it-security": ("cybersecurity",),
    "it-service-management": ("it-infrastructure",),
    "knowledge-management": ("knowledge-transfer",),
    "learning-management-system": ("digital-education",),
    "local-government": ("online-services",),
    "mobile-payment": ("online-services",),
    "network-management": ("it-infrastructure",),
    "online-booking": ("online-services",),
    "online-community": ("citizen-participation",),
    "payment-gateway": ("online-services",),
    "predictive-analysis": ("artificial-intelligence",),
    "procurement": ("procurement",),
    "property-management": ("housing",),
    "real-estate-management": ("housing",),
    "social-media-management": ("city-communication",),
    "survey": ("citizen-participation",),
    "talent-management": ("staff-and-skills",),
    "translation": ("accessibility",),
    "visitor-management": ("tourism",),
    "website-builder": ("city-communication",),
    "whistleblowing": ("citizen-participation",),
}

# intendedAudience/scope -> themes: "Scope list" of the same standard.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "agriculture": ("food-and-agriculture",),
    "culture": ("culture-and-heritage",),
    "education": ("schools",),
    "emergency-services": ("emergency-services",),
    "employment": ("employment",),
    "energy": ("renewable-energy",),
    "environment": ("climate-adaptation",),
    "finance-and-economic-development": ("business-development",),
    "healthcare": ("health-care",),
    "infrastructures": ("it-infrastructure",),
    "local-authorities": ("online-services",),
    "security": ("public-safety",),
    "sport": ("sport-and-leisure",),
    "tourism": ("tourism",),
    "transportation": ("public-transport",),
    "welfare": ("families-and-childcare",),
}

# Words in front of a city's name in `usedBy`, in the languages that we speak.
OFFICES: tuple[str, ...] = (
    "gemeente", "stad", "gemeinde", "stadt", "landeshauptstadt", "hansestadt", "comune di", "città di", "ville de",
    "commune de", "mairie de", "city of", "municipality of", "town of", "gmina", "miasto", "urząd miasta", "primăria",
    "municipiul", "orașul", "δήμος", "община",
)  # fmt: skip
