"""WSGI entry: Django behind the micro-cache."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytandem.settings.embedded")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from citytandem.core.health import HealthFirst
from citytandem.core.microcache import MicroCache

application = MicroCache(
    HealthFirst(get_wsgi_application()),
    seconds=settings.MICROCACHE_SECONDS,
    session_cookie=settings.SESSION_COOKIE_NAME,
)
