"""Behind a reverse proxy that ends TLS. CITYTANDEM_HOSTS, CITYTANDEM_SECRET_KEY and DATABASE_URL must be set."""

import os

from django.core.exceptions import ImproperlyConfigured

from citytandem.settings.base import *

if not os.environ.get("CITYTANDEM_SECRET_KEY"):
    raise ImproperlyConfigured("set CITYTANDEM_SECRET_KEY (at least 50 random characters)")
SECRET_KEY = os.environ["CITYTANDEM_SECRET_KEY"]
FEDERATION_LOCAL = False
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
# A city's other hosts are not ours to decide about.
SECURE_HSTS_INCLUDE_SUBDOMAINS = os.environ.get("CITYTANDEM_HSTS_SUBDOMAINS", "") == "1"
SECURE_HSTS_PRELOAD = os.environ.get("CITYTANDEM_HSTS_PRELOAD", "") == "1"
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
