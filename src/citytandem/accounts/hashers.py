"""How passwords are kept. Those kept by another method are kept anew by this one when their owner signs in."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 46 MiB, one pass, one lane: the first of the settings that OWASP's Password Storage sheet names.

    Guessing costs memory, which is dear to whoever guesses much; one sign-in costs a small server less than a tenth of
    a second. Several lanes would only help a machine with idle cores.
    """

    time_cost = 1
    memory_cost = 47_104
    parallelism = 1
