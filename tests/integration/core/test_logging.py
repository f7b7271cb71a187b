"""What an operator finds in the log."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "citytandem.settings.test"
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
environ = RequestFactory().get("/", HTTP_HOST="evil.example", HTTP_ACCEPT_LANGUAGE="en").environ
print(WSGIHandler()(environ, lambda status, headers: print(status)).status_code)
"""


def test_a_wrong_host_costs_the_operator_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=True)
    assert "400" in done.stdout
    assert "Traceback" not in done.stderr
    assert "evil.example" not in done.stderr
