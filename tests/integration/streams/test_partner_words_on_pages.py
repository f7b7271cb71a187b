"""What a partner wrote is text on our pages, even if it slipped past the cleaning."""

from __future__ import annotations

import pytest
from django.test import Client

from citytandem.core.versions import translations
from citytandem.streams.models import Problem, Solution
from tests.integration.streams.partner_nodes import take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.mark.parametrize("kind", ["Problem", "Solution"])
def test_a_page_escapes_what_a_partner_wrote(kind: str) -> None:
    take(kind, 1, texts={"name": translations(en=EVIL), "content": translations(en=EVIL)}, visibility="public")
    record = {"Problem": Problem, "Solution": Solution}[kind].objects.get()
    for path in (f"/{kind.lower()}s", f"/{kind.lower()}s/{record.code}", "/"):
        page = Client().get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
