"""The secret of an authenticator app has to be readable for us; so it is kept encrypted, apart from its key."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Unavailable


def encrypt(text: str) -> str:
    """With a key made from CITYTANDEM_SECRET_KEY."""
    return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode("ascii")


def decrypt(text: str) -> str:
    """Raises Unavailable where the node's key is another one than then: nobody must get in by a secret that is empty."""
    try:
        return _cipher(settings.SECRET_KEY).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Unavailable(
            "second_factor.unreadable",
            _("The second factor cannot be checked: the key of this node has changed. Please tell the operator."),
        ) from error


@lru_cache(maxsize=4)
def _cipher(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"citytandem second factor").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
