"""Taking over open-source software from its publiccode.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Conflict
from citytandem.core.permissions import require
from citytandem.partnerships.contract import city_choices
from citytandem.streams.models import Solution
from citytandem.streams.publiccode import MOST_BYTES, Notice, PublicCode, parse, suggested
from citytandem.streams.services.records import Wording, record_submit

MOST_YAML = MOST_BYTES


@transaction.atomic
def solution_import_publiccode(*, yaml: str, by: Actor) -> tuple[Solution, list[Notice]]:
    """A new solution out of a publiccode.yml, and what people should look at.

    Raises Forbidden, Invalid (with field and line), Conflict where the same repository was taken over before.
    """
    require("streams.submit", by)
    code = parse(yaml)
    if code.url and Solution.objects.filter(url=code.url, publiccode__isnull=False).exists():
        raise Conflict("publiccode.exists", _("This software is here already."), field="url")
    wording = Wording(code.titles[code.language], code.texts.get(code.language, ""), code.language)
    solution: Solution = record_submit(kind="solution", wording=wording, by=by, details=_details(code))
    solution.title = _versions(code.titles)
    solution.text = _versions(code.texts)
    solution.source = {"title": "publiccode.yml", "url": code.url}
    solution.save(update_fields=["title", "text", "source"])
    return solution, [*code.notices, *_suggestions(code)]


def _details(code: PublicCode) -> dict[str, Any]:
    return {
        "kind": "open_source",
        "stage": code.stage,
        "provider": code.provider,
        "licence": code.licence,
        "url": code.url,
        "themes": list(code.themes),
        "standards": list(code.standards),
        "frame_conditions": _frame_conditions(code),
        "reuse_notes": _reuse_notes(code),
        "publiccode": code.kept,
    }


def _frame_conditions(code: PublicCode) -> dict[str, Any]:
    """Said in every language that the description has, in fixed sentences."""
    told: dict[str, dict[str, Any]] = {}
    for language in code.titles:
        with override(language):
            sentences = {
                "law": [*_audience(code)],
                "responsibilities": [*_care(code)],
                "infrastructure": [*_runs(code)],
            }
        for condition, said in sentences.items():
            if said:
                told.setdefault(condition, {})[language] = {"text": " ".join(said)[:2_000], "by": "human"}
    return told


def _audience(code: PublicCode) -> list[str]:
    said = []
    if code.countries:
        said.append(_("Made for these countries: %(countries)s.") % {"countries": ", ".join(code.countries)})
    if code.unsupported_countries:
        countries = ", ".join(code.unsupported_countries)
        said.append(_("Not made for these countries: %(countries)s.") % {"countries": countries})
    return said


def _care(code: PublicCode) -> list[str]:
    if code.maintenance == "contract" and code.contractors:
        firms = ", ".join(code.contractors)
        return [_("Maintained under a contract by: %(firms)s.") % {"firms": firms}]
    sentences: Mapping[str, str] = {
        "internal": _("Maintained by the staff of its owner."),
        "contract": _("Maintained under a contract."),
        "community": _("Maintained by a community."),
        "none": _("Nobody maintains it."),
    }
    return [sentences[code.maintenance]] if code.maintenance in sentences else []


def _runs(code: PublicCode) -> list[str]:
    said = []
    if code.platforms:
        said.append(_("Used on: %(platforms)s.") % {"platforms": ", ".join(code.platforms)})
    if code.software_type:
        said.append(_("Kind of software: %(kind)s.") % {"kind": code.software_type})
    if code.needs:
        said.append(_("It needs: %(names)s.") % {"names": ", ".join(code.needs)})
    return said


def _reuse_notes(code: PublicCode) -> str:
    with override(code.language):
        said = []
        if code.used_by:
            said.append(_("In use, as its publisher says, at: %(names)s.") % {"names": "; ".join(code.used_by)})
        if code.scopes:
            said.append(_("Made for these fields: %(fields)s.") % {"fields": ", ".join(code.scopes)})
        if code.available_languages:
            languages = ", ".join(code.available_languages)
            said.append(_("Languages of the software: %(languages)s.") % {"languages": languages})
    return "\n".join(said)[:5_000]


def _suggestions(code: PublicCode) -> list[Notice]:
    cities = {city.name: city for city in city_choices()}
    message = _("“%(text)s” may be the city %(city)s: check it, then add the city as a user.")
    return [
        Notice("publiccode.used_by", message % {"text": text, "city": city.name}, "usedBy")
        for text, city in suggested(code.used_by, cities)
    ]


def _versions(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {language: {"text": text, "by": "human"} for language, text in texts.items()}
