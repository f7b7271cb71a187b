"""Reading publiccode.yml, the description that public open-source software carries with it (versions 0.2 to 0.7). Pure.

`parse` gives a `PublicCode` or raises `Invalid` with the field and the line, never anything else.
"""

from citytandem.streams.publiccode.document import MOST_BYTES, Notice
from citytandem.streams.publiccode.parse import PublicCode, parse, suggested

__all__ = ["MOST_BYTES", "Notice", "PublicCode", "parse", "suggested"]
