"""Where a translation service that answers later delivers. For that service, not for readers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from citytandem.core.errors import NotFound, Unavailable
from citytandem.streams.services.translation import translation_receive


@csrf_exempt  # the signed reference in the address is the proof
@require_POST
def receive(request: HttpRequest, reference: str) -> HttpResponse:
    """200 for every delivery to an order of ours, usable or not: an error would make the service send it again."""
    try:
        translation_receive(reference=reference, raw=request.body)
    except NotFound:
        return HttpResponse(status=404)
    except Unavailable:
        pass  # what was wrong is in the log; the next change of the record asks again
    return HttpResponse(status=200)
