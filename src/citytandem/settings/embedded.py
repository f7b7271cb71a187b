"""A node on one machine, started by `city.py run`: plain HTTP on loopback, key kept in the data folder."""

from urllib.parse import urlsplit

from citytandem.settings.base import *
from citytandem.settings.secret import secret_key

SECRET_KEY = secret_key(DATA)
# Browsers keep cookies by host alone, so two nodes on one machine would sign each other's people out.
_port = urlsplit(ADDRESS).port
if _port not in {None, 8000}:
    SESSION_COOKIE_NAME = f"sessionid-{_port}"
    CSRF_COOKIE_NAME = f"csrftoken-{_port}"
