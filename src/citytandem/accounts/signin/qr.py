"""The secret of an authenticator app as a QR code."""

from __future__ import annotations

from io import BytesIO

import segno


def qr_svg(text: str) -> str:
    """An SVG image, dark on light in every theme, so that cameras read it."""
    image = BytesIO()
    segno.make(text, error="m", micro=False).save(
        image, kind="svg", border=2, scale=4, xmldecl=False, light="#fff", dark="#000", svgns=True, nl=False
    )
    return image.getvalue().decode()
