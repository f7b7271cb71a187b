"""States, kinds and codes of the protocol in plain words: what is wrong, and what somebody can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.federation.models import PeerState

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Said:
    """A code for people. `code` is shown small beside it, for whoever helps."""

    code: str
    what: Words
    todo: Words


STATES: dict[str, Words] = {
    PeerState.WAITING: _("waits for an agreement"),
    PeerState.ACTIVE: _("exchanges"),
    PeerState.PAUSED: _("paused"),
    PeerState.ENDED: _("ended"),
}

# Kinds of the protocol in the order of the pages; the pages know no others by name.
KINDS: dict[str, Words] = {
    "CityProfile": _("City profile"),
    "Problem": _("Problems"),
    "Solution": _("Solutions"),
    "Evidence": _("Evidence of pilots"),
    "Challenge": _("Challenges"),
    "Proposal": _("Answers to challenges"),
    "Reuse": _("Reuse of solutions"),
    "Dataset": _("Datasets"),
    "Layer": _("Map layers"),
    "Guide": _("Guides"),
    "Event": _("Events"),
    "PartnershipRecord": _("Work of partnerships"),
}
EVERY = "*"
EVERYTHING_ELSE = _("Everything else, also what later versions bring")

_ASK = _("Tell the administrator of the partner, and give them the code.")
_WAIT = _("Nothing to do. We try again by ourselves.")
_CALL = _("Call your partner before you resume: somebody may have changed what it published.")
_CLOCK = _("Check the clocks of both machines; they may differ by at most five minutes.")
_ASIDE = _("Nothing to do here: the rest is used. The partner can mend and publish it anew.")

_CODES: dict[str, tuple[Words, Words]] = {
    "manual": (_("Paused by an administrator."), _("Resume it when you are ready.")),
    "log.two_histories": (_("The partner has told two different histories, each signed by itself."), _CALL),
    "log.shrunk": (
        _("The partner's log has become shorter. Perhaps it was restored from an old backup."),
        _("Call your partner. It has to take back its own entries before you resume."),
    ),
    "log.rewritten": (_("The partner's log tells its past in another way than before."), _CALL),
    "log.digest": (_("An entry of the partner's log does not fit its fingerprint."), _CALL),
    "partner.two_versions": (_("The partner has published two different texts under one version."), _CALL),
    "log.body": (_("The object is not the one that the log names."), _ASIDE),
    "log.body_missing": (_("Something was withdrawn without saying what."), _ASIDE),
    "log.kind": (_("A withdrawal and a publication are mixed up."), _ASIDE),
    "log.withheld": (_("An entry says that it is not for us, and is there all the same."), _ASIDE),
    "log.after": (
        _("What came does not go on where we stopped: something in between is missing."),
        _("Ask your partner for a file that starts where you stopped; the page of the partner says where."),
    ),
    "partner.new_key": (
        _("The partner shows a new key, and none of the keys that we know vouches for it."),
        _("Call its administrator. If the key is theirs, pair again: the words are compared anew."),
    ),
    "proof.key_unknown": (
        _("Nobody has told us the key that this was signed with."),
        _("It is read anew as soon as the other city's document is known."),
    ),
    "proof.key_not_valid": (_("It was signed with a key that did not count that day, or was revoked."), _ASIDE),
    "proof.wrong": (_("The signature does not fit: it was changed on the way, or is forged."), _ASIDE),
    "proof.future": (_("It was signed at a time that has not come yet."), _CLOCK),
    "object.personal": (_("It would hold personal data, which does not travel between cities."), _ASIDE),
    "agreement.not_allowed": (
        _("The agreement does not allow it."),
        _("Nothing to do. If you want it, offer an agreement that allows more."),
    ),
    "signature.future": (_("The partner's clock is ahead of ours."), _CLOCK),
    "signature.expired": (_("The partner's clock is behind ours, or its answer took too long."), _CLOCK),
    "signature.key_unknown": (
        _("The partner does not know us yet, or has a new key that we have not read."),
        _("Has the other administrator typed in your words? If so, wait some minutes."),
    ),
    "signature.missing": (
        _("The answer was not signed. Perhaps something between us changes it, for example a firewall."),
        _("Check the partner's address in a browser, and ask your network colleagues."),
    ),
    "signature.replayed": (_("A request came twice."), _WAIT),
    "did.endpoint": (_("The partner's document sends its readers somewhere else, so we do not follow it."), _ASK),
    "did.other": (_("At the partner's address lies the document of another node."), _ASK),
    "network.unknown_host": (_("There is no machine of that name."), _("Check the partner's address.")),
    "network.address": (
        _("The partner's name leads into a private network, so we do not go there."),
        _("The partner needs an address that is reachable from the internet; or exchange by files."),
    ),
    "network.unreachable": (_("The partner's machine does not answer."), _WAIT),
    "network.too_slow": (_("The partner's machine answers too slowly."), _WAIT),
    "network.tls": (
        _("The partner's certificate does not fit its name, or is out of date."),
        _("Tell the administrator of the partner."),
    ),
    "network.too_large": (_("The partner's answer was larger than the protocol allows."), _ASK),
    "network.asked_just_now": (_("We asked a moment ago."), _WAIT),
    "partner.no_agreement": (
        _("From the partner's point of view no agreement is in force."),
        _("Look at the agreement: has the partner signed it, and is it still in time?"),
    ),
    "partner.unknown": (
        _("The partner has not paired with us yet."),
        _("Ask its administrator to type in your words."),
    ),
    "partner.paused": (_("The partner has paused the exchange with us."), _("Ask its administrator why.")),
    "partner.ended": (_("The partner has ended the exchange with us."), _("Talk to each other, or end it here as well.")),
    "partner.held_back": (_("The partner's log leaves something out and does not say so."), _CALL),
    "partner.quota": (_("We have asked the partner more often than it allows in an hour."), _WAIT),
    "quota.objects": (_("The partner has used up its number of objects for this hour."), _WAIT),
    "quota.megabytes": (_("The partner has used up its volume for this hour."), _WAIT),
    "federation.personal_data": (
        _("Something in the text looks like data about a person."),
        _("Take it out of the text; then it is published by itself."),
    ),
}  # fmt: skip

# For the rest it is enough to know which part of the checking said no.
_FAMILIES: dict[str, tuple[Words, Words]] = {
    "json": (_("What came is not written as the protocol says."), _ASK),
    "key": (_("A key is not one that may be used."), _ASK),
    "did": (_("The document of the node does not fit."), _ASK),
    "proof": (_("The proof of who wrote it does not hold."), _ASIDE),
    "object": (_("It is not built as the protocol says."), _ASIDE),
    "log": (_("The partner's log does not hold together."), _ASK),
    "signature": (_("The signature of the message does not hold."), _ASK),
    "agreement": (_("An agreement that came cannot be one."), _ASK),
    "network": (_("The connection to the partner broke off."), _WAIT),
    "http": (_("The partner's machine answered with an error."), _WAIT),
    "quota": (_("The share of this hour is used up."), _WAIT),
    "partner": (_("The partner said no."), _ASK),
    "exchange": (_("The file could not be used."), _ASK),
}
_UNKNOWN: tuple[Words, Words] = (_("The partner said no."), _ASK)


def said(code: str) -> Said:
    """A code in words; of an unknown one what is known of its family."""
    what, todo = _CODES.get(code) or _FAMILIES.get(code.partition(".")[0], _UNKNOWN)
    return Said(code, what, todo)


def kind_words(kind: str) -> Words:
    """What a kind of the protocol is called; its own word for those that we do not know."""
    return EVERYTHING_ELSE if kind == EVERY else KINDS.get(kind, kind)


def state_words(state: str) -> Words:
    """How things stand with a partner."""
    return STATES[state]


WIDTHS: dict[str, Words] = {
    "": _("nothing"),
    "named": _("only what is meant for the partner alone"),
    "public": _("what is public"),
    "partners": _("what is public or for partners"),
}
WAYS: dict[str, Words] = {"pull": _("over the network"), "file": _("by file"), "heads": _("comparison of histories")}
