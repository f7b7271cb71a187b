"""What every node has in common. What differs comes from the environment: see docs/operate/settings.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from citytandem.settings.city_sign_in import city_roles, city_sign_in
from citytandem.settings.mail import mail_settings

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("CITYTANDEM_DATA", "var")).resolve()

DEBUG = False
# Under which address people reach the node: links in mails and calendars begin with it.
ADDRESS = os.environ.get("CITYTANDEM_ADDRESS", "http://localhost:8000").rstrip("/")
# Under which licence (an SPDX id) everybody may use what is exported as open data.
LICENCE = os.environ.get("CITYTANDEM_LICENCE", "") or "CC-BY-4.0"
# Where mail servers report what could not be delivered; empty: to the sender's address.
MAIL_RETURN = os.environ.get("CITYTANDEM_MAIL_RETURN", "")
# How often a partner's log is asked for when no nudge comes, and after how long without an answer people are told.
FEDERATION_PULL_SECONDS = float(os.environ.get("CITYTANDEM_FEDERATION_PULL_SECONDS", "") or 60)
FEDERATION_SILENT_HOURS = float(os.environ.get("CITYTANDEM_FEDERATION_SILENT_HOURS", "") or 24)
# What one partner may use in an hour: requests to us, and objects and megabytes that we take from it.
FEDERATION_REQUESTS = int(os.environ.get("CITYTANDEM_FEDERATION_REQUESTS", "") or 3_000)
FEDERATION_OBJECTS = int(os.environ.get("CITYTANDEM_FEDERATION_OBJECTS", "") or 500_000)
FEDERATION_MEGABYTES = int(os.environ.get("CITYTANDEM_FEDERATION_MEGABYTES", "") or 2_000)
# Whether partners on this machine are allowed (did:web:localhost…): for trying out and for tests.
FEDERATION_LOCAL = True
# The prefix of the ids of tenders as open data; a city gets its own from the Open Contracting Partnership.
OCDS_PREFIX = os.environ.get("CITYTANDEM_OCDS_PREFIX", "") or "ocds-000000"
ALLOWED_HOSTS = os.environ.get("CITYTANDEM_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CITYTANDEM_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "procrastinate.contrib.django",
    "template_partials",
    "citytandem.core",
    "citytandem.ui",
    "citytandem.accounts",
    # After ours, whose templates take the place of theirs.
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "citytandem.accounts.signin.apps.SessionsConfig",
    "citytandem.files",
    "citytandem.notifications",
    "citytandem.federation",
    "citytandem.moderation",
    "citytandem.conversation",
    "citytandem.search",
    "citytandem.partnerships",
    "citytandem.streams",
    "citytandem.challenges",
]

MIDDLEWARE = [
    "citytandem.core.api_errors.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "citytandem.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "citytandem.accounts.signin.middleware.SignInMiddleware",
    "citytandem.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "citytandem.urls"
WSGI_APPLICATION = "citytandem.wsgi.application"
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["citytandem.accounts.backends.PasswordBackend"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"

# django-allauth behind our own addresses and pages: docs/develop/adr/0018-allauth-behind-our-own-addresses.md
ACCOUNT_ADAPTER = "citytandem.accounts.signin.adapters.PersonAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 3_600
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGIN_TIMEOUT = 3_600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Attempts are counted in the database, by all processes together: accounts/signin/limits.py.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "citytandem.accounts.signin.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Digits are on every keyboard, Greek and Cyrillic ones too.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": True, "length": 8}
SOCIALACCOUNT_ADAPTER = "citytandem.accounts.signin.city_adapter.CityAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": city_sign_in(os.environ)}}
# Which roles the city's own sign-in gives: `claim value=role` or `claim value=department_staff:department`.
OIDC_ROLES = city_roles(os.environ)
OIDC_CLAIM = os.environ.get("CITYTANDEM_OIDC_CLAIM", "") or "groups"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citytandem.ui.context.page_frame",
                "citytandem.accounts.context.reader",
                "citytandem.notifications.context.unread",
            ],
        },
    }
]
FORM_RENDERER = "citytandem.ui.forms.Renderer"


# How widely a search walks pgvector's graph: wider finds more of the truly nearest, and takes longer.
SEARCH_WIDTH = "-c hnsw.ef_search=120 -c hnsw.iterative_scan=relaxed_order"


def database_from(url: str) -> dict[str, Any]:
    """Django's settings of a libpq URL or key-value string (everything libpq knows is allowed)."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "citytandem"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **{key: value for key, value in parts.items() if value is not None},
            "options": f"{SEARCH_WIDTH} {parts.get('options') or ''}".strip(),
        },
    }


DATABASES = {"default": database_from(os.environ.get("DATABASE_URL", "postgresql:///citytandem"))}
# How many reverse proxies stand in front and may be believed about the visitor's address.
TRUSTED_PROXIES = int(os.environ.get("CITYTANDEM_PROXIES", "0"))
# How long work that comes often waits for its like, so that one job does all of it.
SECONDS_TO_GATHER = 3
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [
    "citytandem.accounts.hashers.Argon2",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
SESSION_ENGINE = "citytandem.accounts.sessions"
SESSION_COOKIE_NAME = "sessionid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "citytandem.ui.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = os.environ.get("CITYTANDEM_LANGUAGE", "en")
LANGUAGES = [
    ("de", _("German")),
    ("en", _("English")),
    ("fr", _("French")),
    ("it", _("Italian")),
    ("nl", _("Dutch")),
    ("pl", _("Polish")),
    ("ro", _("Romanian")),
    ("el", _("Greek")),
    ("bg", _("Bulgarian")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("CITYTANDEM_TIME_ZONE", "Europe/Berlin")

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "citytandem.core.static_files.Storage"},
    # What people upload, checked and rewritten; readable by the node's own user only, served by `files.views`.
    "files": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
            "allow_overwrite": True,
        },
    },
}
WHITENOISE_MANIFEST_STRICT = False
# Packed already: pictures, fonts, map tiles.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "png", "webp", "woff2", "pmtiles", "gz", "br"]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Long texts are refused by the form with a message; the limit only has to let them reach it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# A form says in plain words that five are enough; this only keeps a flood from it.
DATA_UPLOAD_MAX_NUMBER_FILES = 30
FILE_UPLOAD_HANDLERS = [
    "citytandem.files.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A virus scanner that speaks clamd's protocol: tcp://host:3310 or unix:///run/clamav/clamd.ctl; empty for none.
CLAMAV = os.environ.get("CITYTANDEM_CLAMAV", "")

MICROCACHE_SECONDS = float(os.environ.get("CITYTANDEM_MICROCACHE_SECONDS", "4"))

# EMAIL_* and DEFAULT_FROM_EMAIL.
globals().update(
    mail_settings(
        os.environ.get("CITYTANDEM_MAIL_URL", ""), sender=os.environ.get("CITYTANDEM_MAIL_FROM", ""), data=DATA
    )
)

# Where embeddings come from: empty for the built-in model, else an OpenAI-compatible endpoint.
EMBEDDING_URL = os.environ.get("CITYTANDEM_EMBEDDING_URL", "")
EMBEDDING_MODEL = os.environ.get("CITYTANDEM_EMBEDDING_MODEL", "")
EMBEDDING_KEY = os.environ.get("CITYTANDEM_EMBEDDING_KEY", "")

# Machine translation of content: none unless configured.
TRANSLATOR = os.environ.get("CITYTANDEM_TRANSLATOR", "")
TRANSLATOR_URL = os.environ.get("CITYTANDEM_TRANSLATOR_URL", "")
TRANSLATOR_KEY = os.environ.get("CITYTANDEM_TRANSLATOR_KEY", "")
# For eTranslation only: the application's name there, and the https address under which this node is reached.
TRANSLATOR_NAME = os.environ.get("CITYTANDEM_TRANSLATOR_NAME", "")
TRANSLATOR_CALLBACK = os.environ.get("CITYTANDEM_TRANSLATOR_CALLBACK", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    # Whoever asks for a wrong host gets told 400; a traceback per visit of a scanner tells the operator nothing.
    "loggers": {"django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False}},
    "root": {"handlers": ["console"], "level": os.environ.get("CITYTANDEM_LOG_LEVEL", "WARNING")},
}
