"""How often one may try to get in. All counts are in the database (`core.throttle`): allauth's own would be per process.

Guessing a password. Each try is counted three times:
1. for the network it comes from, whoever is meant: a generous number, for a school is one network;
2. for the address that is tried, from that network: few, and fewer still over a day, so that waiting gets longer;
3. for the address that is tried, from all networks together: against many machines that share the work.
A browser in which this person signed in before shows it by a cookie (`known.py`) and is counted by itself instead of by
2 and 3: so nobody can keep the owner out of the browser that they always use. From any other browser the owner waits at
most until the window of 3 has passed; a new password by e-mail, a passkey and the city's sign-in are open all the time.
The right password begins 2 anew; it does not touch 1 and 3, or an attacker could sign in as themselves in between.
"""

from __future__ import annotations

import ipaddress
from uuid import UUID

from django.http import HttpRequest

from citytandem.core.throttle import Limit, address_of, count, forget

MINUTES = 60
HOURS = 3_600
DAYS = 86_400

NETWORK = Limit("signin.network", most=100, seconds=10 * MINUTES)
HERE = Limit("signin.here", most=10, seconds=10 * MINUTES)
HERE_A_DAY = Limit("signin.here_a_day", most=40, seconds=DAYS)
EVERYWHERE = Limit("signin.everywhere", most=100, seconds=15 * MINUTES)
KNOWN = Limit("signin.known", most=15, seconds=10 * MINUTES)
SIGN_UPS = Limit("signin.sign_ups", most=100, seconds=HOURS)
# Letters that somebody without a sign-in can have sent to an address: nobody's mailbox is filled by us.
LETTERS = Limit("signin.letters", most=6, seconds=HOURS)
RESETS = Limit("signin.resets", most=60, seconds=HOURS)
CODES = Limit("signin.codes", most=100, seconds=10 * MINUTES)
PASSKEYS = Limit("signin.passkeys", most=100, seconds=10 * MINUTES)
# Whoever gets here knows the password already.
SECOND_FACTOR = Limit("signin.second_factor", most=6, seconds=5 * MINUTES)
SECOND_FACTOR_A_DAY = Limit("signin.second_factor_a_day", most=30, seconds=DAYS)
AGAIN = Limit("signin.again", most=10, seconds=10 * MINUTES)
# A code of an authenticator app is valid for 90 seconds, but only once.
USED = Limit("signin.used", most=1, seconds=2 * MINUTES)


def network_of(request: HttpRequest) -> str:
    """The visitor's network: the address itself, for IPv6 its /64, all of which belongs to one household."""
    address = address_of(request)
    try:
        known = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        return str(known.ipv4_mapped or ipaddress.IPv6Network((known, 64), strict=False).network_address)
    return str(known)


def try_password(request: HttpRequest, *, email: str, known: str) -> None:
    """Count a try to sign in; raises TooMany. `known`: what the browser's cookie says, empty where it has none."""
    network = network_of(request)
    count(NETWORK, network)
    if known:
        count(KNOWN, f"{email} {known}")
        return
    count(HERE_A_DAY, f"{email} {network}")
    count(HERE, f"{email} {network}")
    count(EVERYWHERE, email)


def right_password(request: HttpRequest, *, email: str, known: str) -> None:
    """After the right password this browser begins anew."""
    if known:
        forget(KNOWN, f"{email} {known}")
    else:
        forget(HERE, f"{email} {network_of(request)}")
        forget(HERE_A_DAY, f"{email} {network_of(request)}")


def try_second_factor(person_id: UUID) -> None:
    """Count a try with a code of an app, a recovery code or a passkey after the password; raises TooMany."""
    count(SECOND_FACTOR_A_DAY, str(person_id))
    count(SECOND_FACTOR, str(person_id))


def right_second_factor(person_id: UUID) -> None:
    """After the right one. A new password clears nothing: who reads the mailbox could guess on for ever."""
    forget(SECOND_FACTOR, str(person_id))
    forget(SECOND_FACTOR_A_DAY, str(person_id))


def sign_up(request: HttpRequest, *, email: str) -> None:
    """Count a sign-up; raises TooMany."""
    count(SIGN_UPS, network_of(request))
    count(LETTERS, email)


def reset(request: HttpRequest, *, email: str) -> None:
    """Count a wish for a new password; raises TooMany."""
    count(RESETS, network_of(request))
    count(LETTERS, email)


def letter(email: str) -> None:
    """Count a letter with a code; raises TooMany."""
    count(LETTERS, email)


def code(request: HttpRequest) -> None:
    """Count a try to confirm an address; raises TooMany."""
    count(CODES, network_of(request))


def passkey(request: HttpRequest) -> None:
    """Count a sign-in by passkey. There is nothing to guess: this only keeps the load down. Raises TooMany."""
    count(PASSKEYS, network_of(request))


def again(person_id: UUID) -> None:
    """Count a try to show once more that it is oneself; raises TooMany."""
    count(AGAIN, str(person_id))
