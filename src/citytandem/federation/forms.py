"""Forms of the pages about partners."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from citytandem.federation.days import begin_of, end_of, last_day
from citytandem.federation.pages_agreement import LIKE, chosen_of, flow_of, is_by_name
from citytandem.federation.protocol.agreement import Contact, Terms
from citytandem.federation.protocol.instants import moment
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.services.pairing import LONGEST_NAME
from citytandem.federation.wording import EVERY, KINDS, WIDTHS, kind_words
from citytandem.ui.forms import PlainForm

USUAL_TIME = timedelta(days=365)
# Nothing is agreed for longer than ten years.
LONGEST_TIME = timedelta(days=3653)


class AddressForm(PlainForm):
    """Which node to look at."""

    address = forms.CharField(
        label=_("Address of the other node"),
        help_text=_("For example sofia.example. You can also paste what a QR code says."),
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )

    def clean_address(self) -> str:
        """A name, never a number."""
        address = str(self.cleaned_data["address"]).strip()
        if _is_number(address):
            raise forms.ValidationError(
                _(
                    "Numbers such as 10.0.0.1 are not accepted: a partner is known by its name. Write it like: city.example."
                )
            )
        return address


def _is_number(address: str) -> bool:
    """Whether an address names a machine by its number, in any of the ways that browsers take."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or address
    except ValueError:
        return address.startswith("[")
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return re.fullmatch(r"\d+|0x[0-9a-f]*", host.rstrip(".").rpartition(".")[2]) is not None
    return True


class WordsForm(PlainForm):
    """The words of the other node as they were heard, and what to call it."""

    words_read = forms.CharField(
        label=_("The eight words that you hear"),
        help_text=_("Type them as you hear them; capitals and hyphens do not matter. Or paste what its QR code says."),
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=_("What you call this partner"),
        help_text=_("Usually the name of the city."),
        max_length=LONGEST_NAME,
    )


class InvitationForm(WordsForm):
    """The same for a node that came by file."""

    header = forms.CharField(widget=forms.HiddenInput, max_length=2_000_000)
    by_file = forms.BooleanField(
        label=_("We exchange by file only"),
        help_text=_("For a partner whose network lets nothing in."),
        required=False,
    )


class TakeForm(PlainForm):
    """A file that a partner has made."""

    file = forms.FileField(
        label=_("File from your partner"),
        help_text=_("It ends in .citytandem. It is checked as a whole before anything of it is used."),
        widget=forms.ClearableFileInput(attrs={"accept": ".citytandem"}),
    )


class MakeForm(PlainForm):
    """A file for a partner."""

    partner = forms.ChoiceField(label=_("For which partner"))
    everything = forms.BooleanField(
        label=_("From the beginning"),
        help_text=_("Else it starts where the partner said that it has read to."),
        required=False,
    )

    def __init__(self, *args: Any, partners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["partner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = partners


class KeyForm(PlainForm):
    """A word to type, so that nobody revokes a key by a slip of the finger."""

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = word
        self.fields["word"].label = _("To confirm, type: %(word)s") % {"word": word}

    word = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))

    def clean_word(self) -> str:
        """As shown, whatever its capitals."""
        typed = str(self.cleaned_data["word"]).strip()
        if typed.casefold() != self.expected.casefold():
            raise forms.ValidationError(_("This is not the word shown."))
        return typed


class AgreementForm(PlainForm):
    """What flows which way, until when, whom to ask. A choice for each kind and each direction."""

    until = forms.DateField(
        label=_("Until and including"),
        help_text=_("After that nothing flows. We remind you 30 days before."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = forms.DateField(
        label=_("From"),
        help_text=_("Empty: as soon as both have signed."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    office = forms.CharField(
        label=_("Office to ask on our side"), help_text=_("An office, not a person."), max_length=200
    )
    page = forms.URLField(
        label=_("Page of this office"),
        help_text=_("With a way to reach it. No e-mail address."),
        max_length=500,
        assume_scheme="https",
    )
    they_pass = forms.BooleanField(
        label=_("They may pass on to their partners what we send to partners"),
        help_text=_("As the coordinator of a programme does. What is public anybody may pass on."),
        required=False,
    )
    we_pass = forms.BooleanField(label=_("We may pass on to our partners what they send to partners"), required=False)

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [*kinds, EVERY]
        for kind in self.kinds:
            for side, label in (("ours", _("We send")), ("theirs", _("They send"))):
                name = f"{side}_{kind}"
                self.fields[name] = _choice(kind, label, shown=self.initial.get(name, ""))

    @property
    def rest(self) -> tuple[forms.BoundField, forms.BoundField]:
        """What we send, and what they send, of all that has no answer of its own."""
        return self[f"ours_{EVERY}"], self[f"theirs_{EVERY}"]

    @property
    def rows(self) -> Iterator[tuple[str | Promise, forms.BoundField, forms.BoundField]]:
        """A kind, what we send of it, what they send of it."""
        for kind in self.kinds[:-1]:
            yield kind_words(kind), self[f"ours_{kind}"], self[f"theirs_{kind}"]

    @property
    def has_own(self) -> bool:
        """Whether a kind has an answer of its own, so that the table is shown open."""
        return any(field.errors or field.value() != LIKE for _label, *pair in self.rows for field in pair)

    @property
    def is_by_name(self) -> bool:
        """Whether kinds that nobody has named are left out, because one that is named must not flow."""
        return any(is_by_name(self._chosen(side)) for side in ("ours", "theirs"))

    @property
    def has_more(self) -> bool:
        """Whether anything that is seldom needed is set."""
        return any(self[name].errors or self[name].value() for name in ("starts", "they_pass", "we_pass"))

    def clean_office(self) -> str:
        """Never an address of a person: agreements are shown and passed on."""
        office = str(self.cleaned_data["office"]).strip()
        if "@" in office:
            raise forms.ValidationError(_("An office, please, not an e-mail address."))
        return office

    def clean_until(self) -> date:
        """From tomorrow on, at most ten years."""
        until: date = self.cleaned_data["until"]
        if not localdate() < until <= localdate() + LONGEST_TIME:
            raise forms.ValidationError(_("Choose a day from tomorrow on, at most ten years from now."))
        return until

    def clean(self) -> dict[str, Any]:
        """It has to start before it ends."""
        data = super().clean() or {}
        starts, until = data.get("starts"), data.get("until")
        if starts and until and starts >= until:
            self.add_error("starts", _("It has to start before it ends."))
        return data

    def terms(self, *, us: str, them: str, now: datetime, before: Terms | None = None) -> dict[str, Any]:
        """What was chosen, as `agreement_offer` takes it. The last day of what is in force, typed again, changes nothing."""
        data = self.cleaned_data
        starts, until = data["starts"], end_of(data["until"])
        if before is not None and data["until"] == last_day(moment(before.until)):
            until = moment(before.until)
        passes = [did for did, field in ((us, "they_pass"), (them, "we_pass")) if data[field]]
        return {
            "sends": {us: flow_of(self._chosen("ours")), them: flow_of(self._chosen("theirs"))},
            "passes": passes,
            "starts": max(now, begin_of(starts)) if starts else now,
            "until": until,
            "contact": Contact(data["office"], data["page"]),
        }

    def _chosen(self, side: str) -> dict[str, str]:
        return {kind: self.cleaned_data[f"{side}_{kind}"] for kind in self.kinds}


def _choice(kind: str, label: str | Promise, *, shown: str) -> forms.ChoiceField:
    """`shown` is always among the choices: what a partner has agreed may be narrower than what we offer."""
    widths = ["", "public", "partners"]
    if kind == "Proposal" or shown == "named":
        widths.insert(1, "named")
    choices: list[tuple[str, str | Promise]] = [(width, WIDTHS[width]) for width in widths]
    if kind != EVERY:
        choices.insert(0, (LIKE, _("like everything else")))
    return forms.ChoiceField(label=f"{label}: {kind_words(kind)}", choices=choices, required=False)


def agreement_kinds(terms: Terms | None) -> list[str]:
    """The kinds that the form names: those we know, and those that are agreed already."""
    known = list(KINDS)
    agreed = {kind for flow in terms.sends.values() for kind in flow} if terms else set()
    return known + sorted(agreed - set(known) - {EVERY})


def agreement_initial(
    terms: Terms | None, *, us: str, them: str, contact: Contact | None, kinds: Sequence[str]
) -> dict[str, Any]:
    """What the form shows first: what is in force, else everything both ways for a year."""
    made: dict[str, Any] = {
        "until": last_day(moment(terms.until)) if terms else localdate() + USUAL_TIME,
        "office": contact.office if contact else "",
        "page": contact.address if contact else "",
        "they_pass": bool(terms and us in terms.passes),
        "we_pass": bool(terms and them in terms.passes),
    }
    for side, did in (("ours", us), ("theirs", them)):
        flow = terms.sends.get(did, {}) if terms else {EVERY: Visibility.PARTNERS}
        made |= {f"{side}_{kind}": width for kind, width in chosen_of(flow, kinds).items()}
    return made
