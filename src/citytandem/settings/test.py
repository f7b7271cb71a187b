"""For tests and static checks: quick password hashing, plain static files, no micro-cache unless a test turns it on."""

from citytandem.settings.base import *

SECRET_KEY = "only-for-tests"  # noqa: S105 - protects nothing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MICROCACHE_SECONDS = 0
SECONDS_TO_GATHER = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["CONN_MAX_AGE"] = 0

# WhiteNoise warns where there is no folder, and warnings are errors in tests.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
