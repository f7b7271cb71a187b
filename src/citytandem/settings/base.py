"""What every node has in common. What differs comes from the environment: see docs/operate/settings.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("CITYTANDEM_DATA", "var")).resolve()

DEBUG = False
ALLOWED_HOSTS = os.environ.get("CITYTANDEM_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CITYTANDEM_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.forms",
    "django.contrib.contenttypes",
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
    "citytandem.search",
    "citytandem.partnerships",
    "citytandem.streams",
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
    "citytandem.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "citytandem.urls"
WSGI_APPLICATION = "citytandem.wsgi.application"
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["citytandem.accounts.backends.PasswordBackend"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"

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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [
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

MICROCACHE_SECONDS = float(os.environ.get("CITYTANDEM_MICROCACHE_SECONDS", "10"))

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
