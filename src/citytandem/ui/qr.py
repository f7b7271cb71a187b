"""Addresses as QR codes (ISO/IEC 18004), for paper."""

from __future__ import annotations

from io import BytesIO

import segno
from django.http import HttpResponse


def qr_response(address: str) -> HttpResponse:
    """The address as an SVG image, dark on light in every theme, so that cameras read it."""
    image = BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(image, kind="svg", border=2, xmldecl=False, light="#fff", dark="#000", svgns=True, nl=False)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")
