"""A node on one machine, started by `city.py run`: plain HTTP on loopback, key kept in the data folder."""

from citytandem.settings.base import *
from citytandem.settings.secret import secret_key

SECRET_KEY = secret_key(DATA)
