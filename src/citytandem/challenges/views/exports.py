"""Exports over HTTP: as anybody would read them, whoever asks; piece by piece, and never kept by caches."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import ANYBODY
from citytandem.challenges import exports
from citytandem.challenges.selectors import challenge_get
from citytandem.notifications.contract import atom_feed

CSV, JSON = "text/csv; charset=utf-8", "application/json"


@require_safe
def challenges_csv(request: HttpRequest) -> HttpResponseBase:
    """All published challenges as a table, narrowed by `phase` and `theme` as the list is."""
    return _file(exports.challenges_csv(request.GET.dict()), "challenges.csv")


@require_safe
def challenges_json(request: HttpRequest) -> HttpResponseBase:
    """The same as JSON, with every field."""
    return _file(exports.challenges_json(request.GET.dict()), "challenges.json")


@require_safe
def challenges_atom(request: HttpRequest) -> HttpResponse:
    """The newest published challenges as a web feed."""
    wishes = {name: request.GET.get(name, "") for name in ("phase", "theme") if request.GET.get(name)}
    entries = exports.feed_entries(wishes, reader=get_language() or "en")
    page = "/challenges" + (f"?{urlencode(wishes)}" if wishes else "")
    return atom_feed(request, title=_("Challenges"), entries=entries, page=page)


@require_safe
def challenge_json(_request: HttpRequest, key: str) -> HttpResponseBase:
    """Everything public about one challenge. Raises NotFound."""
    challenge = challenge_get(ANYBODY, key)
    return _file(exports.challenge_json(challenge), f"{challenge.slug or challenge.code}.json")


@require_safe
def proposals_csv(_request: HttpRequest, key: str) -> HttpResponseBase:
    """The public proposals of a challenge as a table. Raises NotFound."""
    challenge = challenge_get(ANYBODY, key)
    return _file(exports.proposals_csv(challenge), f"{challenge.slug or challenge.code}-proposals.csv")


def _file(pieces: Iterator[bytes], name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=CSV if name.endswith(".csv") else JSON)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    answer["Link"] = f'<https://spdx.org/licenses/{settings.LICENCE}>; rel="license"'
    # Open data are read by programs on other sites as well.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
