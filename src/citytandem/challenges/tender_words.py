"""What the codes of the hand-over mean in plain words: procedures, warnings, faults, notes, conditions of reuse.

`DOCUMENT_WORDS` are those of `tenders.document.WORDS`, so that they can be translated; tests keep both alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.tenders.kinds import Fault
from citytandem.challenges.tenders.package import Note

BUYERS: dict[str, Promise] = {
    "central": _("Authority of the state (ministry, federal agency)"),
    "sub_central": _("City, district, region or another local body"),
    "utility": _("Utility: water, energy, transport, post"),
}
CONTRACTS: dict[str, Promise] = {
    "supplies": _("Supplies: things that are bought, rented or leased"),
    "services": _("Services, software included"),
    "works": _("Works: building and civil engineering"),
    "social_services": _("Social and other special services"),
    "concession": _("Concession"),
    "design_contest": _("Design contest"),
}
PROCEDURES: dict[str, Promise] = {
    "open": _("Open procedure"),
    "restricted": _("Restricted procedure"),
    "neg-w-call": _("Negotiated procedure with a call for competition"),
    "comp-dial": _("Competitive dialogue"),
    "innovation": _("Innovation partnership"),
    "neg-wo-call": _("Negotiated procedure without a call for competition"),
    "oth-single": _("Another procedure in one stage"),
    "oth-mult": _("Another procedure in several stages"),
}
STRENGTHS: dict[str, Promise] = {"must": _("must"), "should": _("should")}
CRITERION_KINDS: dict[str, Promise] = {
    "quality": _("Quality"),
    "price": _("Price"),
    "cost": _("Cost over the whole life"),
}
# Only those are named for which the table has rows of their own.
REGIONS: dict[str, Promise] = {"DE-NW": _("North Rhine-Westphalia"), "CH-LU": _("Canton of Lucerne")}

# Name, and what it means for the one who buys.
FITS: dict[str, tuple[Promise, Promise]] = {
    "direct_award": (
        _("Direct award"),
        _("You may be able to buy without a formal procedure. Comparing several offers and noting why is still wise."),
    ),
    "simplified": (
        _("Simplified procedure"),
        _("You ask some firms for an offer, by the simpler rules of your country or region."),
    ),
    "open_national": (
        _("Public call in your country"),
        _("You publish the call by the rules of your country, and everybody can offer."),
    ),
    "eu_wide": (
        _("EU-wide procedure"),
        _("The value reaches the threshold of the European Union. The call is published in Tenders Electronic Daily."),
    ),
    "light_touch": (
        _("EU-wide procedure with lighter rules"),
        _("The value reaches the threshold for social and other special services. A notice is published EU-wide."),
    ),
    "treaty_wide": (
        _("Procedure open to the states of the WTO agreement"),
        _("The value reaches the threshold of the WTO agreement on government procurement."),
    ),
}
WARNINGS: dict[str, Promise] = {
    "ask_procurement_office": _("Check with your procurement office. This page never decides."),
    "splitting": _(
        "The value is close to a threshold. A contract must not be split to stay below it, and options and extensions count."
    ),
    "outdated": _("For this date we know of no threshold. Those that we know hold for another time."),
    "national_unknown": _("National rules are not known here: we have no checked source for this case."),
    "regions_differ": _("In this country the regions have rules of their own. Choose yours, if it is in the list."),
    "eu_unknown": _("We know of no threshold of an international treaty for this case in this currency."),
    "other_currency": _("We know thresholds for this case, but in another currency."),
    "country_unknown": _("About this country we know nothing yet."),
}
NOTES: dict[str, Promise] = {
    "weights_normalised": _("The weights sum to %(told)s. In the documents they are shares of 100 %%."),
    "value_missing": _("The estimated value is not said. Without it nobody can tell which procedure fits."),
    "lots_sum": _("The lots sum to %(told)s, which is not the estimated value of the whole."),
    "shares_missing": _("Not every buyer says what of the value is theirs. Then no shares are shown."),
}
FAULTS: dict[str, Promise] = {
    "tender.reference": _("Give a reference of letters, digits, dots and hyphens, at most 60."),
    "tender.title": _("Give it a title."),
    "tender.need": _("Describe what you need."),
    "tender.contract": _("Say what kind of contract it is."),
    "tender.language": _("Notices can be written in an official language of the European Union only."),
    "tender.procedure": _("There is no such procedure."),
    "tender.url": _("An address begins with http:// or https://."),
    "tender.cpv": _("A CPV code has eight digits; leave out the check digit after the hyphen."),
    "value.amount": _("This is not an amount above zero with at most two decimals."),
    "value.currency": _("This currency is not known here."),
    "buyers.none": _("Name at least one buyer."),
    "buyers.lead": _("Say which buyer leads."),
    "buyers.twice": _("This buyer is there twice."),
    "buyers.sum": _("The parts of the buyers sum to %(told)s, which is not the estimated value."),
    "buyer.name": _("Give the name of the buyer."),
    "buyer.city": _("Say where the buyer is."),
    "buyer.kind": _("Say what kind of buyer it is."),
    "buyer.country": _("Choose the country."),
    "buyer.nuts": _("A NUTS code has two letters and three letters or digits: DEA14."),
    "buyer.scheme": _("The register is named by a code of org-id.guide: DE-CR."),
    "buyer.identifier": _("You name a register: give the number in it, too."),
    "buyer.email": _("This is not an e-mail address."),
    "buyer.website": _("An address begins with http:// or https://."),
    "buyer.currency": _("All amounts of a tender are in one currency."),
    "requirements.none": _("Write at least one requirement."),
    "requirements.twice": _("This number is there twice."),
    "requirement.id": _("Give it a number such as R1."),
    "requirement.text": _("Say what the requirement is."),
    "requirement.strength": _("Say whether it must or should be met."),
    "criteria.none": _("Name at least one award criterion."),
    "criteria.twice": _("This criterion is there twice."),
    "criteria.no_weight": _("At least one criterion has to count."),
    "criteria.price_unconfirmed": _("The weight of the price is a suggestion. Say that you have decided on it."),
    "criterion.name": _("Give the criterion a name."),
    "criterion.kind": _("Say whether it is about quality, price or cost."),
    "criterion.weight": _("A weight is a number from 0 up."),
    "price.item": _("Say what bidders put a price to."),
    "price.unit": _("Say in which unit."),
    "price.quantity": _("A quantity is a number above 0."),
    "price.lot": _("There is no such lot."),
    "lot.id": _("Give the lot a number such as L1."),
    "lot.title": _("Give the lot a title."),
    "lot.currency": _("All amounts of a tender are in one currency."),
    "lots.twice": _("This number is there twice."),
    "dates.zone": _("This time has no time zone."),
    "dates.order": _("This is before the date above it."),
    "text.control": _("This text holds characters that cannot be written into a document."),
    "text.long": _("This is too long: at most %(told)s characters."),
    "list.long": _("These are too many: at most %(told)s."),
    "pdf.characters": _("The PDF cannot show some of the characters."),
    "words.unknown": _("The document has a word that is not known. Tell whoever runs this node."),
    "ocds.prefix": _("The node's OCDS prefix is not one. Tell whoever runs this node."),
    "ocds.uri": _("The node's own address is not one. Tell whoever runs this node."),
    "ocds.zone": _("A time has no time zone."),
    "ocds.order": _("It cannot be published before it was planned."),
    "ocds.document": _("A document has no address."),
    "ocds.schema": _("The open data would not be valid: %(told)s"),
    "eforms.contract": _(
        "These notices are for supplies, services and works. Other contracts have notices of their own."
    ),
    "eforms.buyer": _("These notices are for authorities. Utilities have notices of their own."),
    "eforms.procedure": _("A procedure without a call has no contract notice."),
}
UNKNOWN_FAULT = _("Something is wrong here.")

# Name of a condition, what is asked of the reader's own city, and what to do where it differs or nobody knows.
REUSE: dict[str, tuple[Promise, Promise, Promise]] = {
    "law": (
        _("Law"),
        _("Which law and which statutes apply?"),
        _("Have your legal office look at it before anything else: what is allowed there may not be allowed here."),
    ),
    "responsibility": (
        _("Who is responsible"),
        _("Who decides and who does the work?"),
        _("Find out who would decide here, and win them over first."),
    ),
    "organisation": (
        _("Organisation"),
        _("How is the work organised, and by whom?"),
        _("Draw the steps of the work as they are here, and mark those that would change."),
    ),
    "data": (
        _("Data"),
        _("Which data are there, and who may use them?"),
        _("List the data that are needed, who holds them here, and what has to be collected first."),
    ),
    "staff": (
        _("Staff"),
        _("How many people, with which skills?"),
        _("Ask the other city for hours a week, and plan training or a partner where you lack people."),
    ),
    "systems": (
        _("Technology and infrastructure"),
        _("Which networks, devices and systems are there?"),
        _("Ask for the interfaces, and try the connection on a small scale before you buy anything."),
    ),
    "standards": (
        _("Standards"),
        _("Which standards do your systems speak?"),
        _("Ask whether the solution can be adapted, or what a translation between the standards costs."),
    ),
    "costs": (
        _("Costs"),
        _("What may it cost, at once and each year?"),
        _("Reckon with your own prices and hours: wages and rounds are not the same everywhere."),
    ),
    "licence": (
        _("Licence"),
        _("Which licences may you use?"),
        _("Ask under which terms you may use and change it. With an open licence you may do both."),
    ),
    "language": (
        _("Language"),
        _("In which languages do staff and residents work with it?"),
        _("Plan the translation of screens, manuals and letters, and who keeps it up to date."),
    ),
    "population": (
        _("Size of the city"),
        _("How many people live in your city?"),
        _("Reckon again with your own numbers. A much smaller or larger city needs other amounts, sometimes other ways."),
    ),
}  # fmt: skip
OUTCOMES: dict[str, Promise] = {"differs": _("differs"), "unknown": _("not known"), "same": _("the same")}

DOCUMENT_WORDS: dict[str, str] = {
    "overview": gettext_noop("Overview"),
    "what": gettext_noop("What"),
    "detail": gettext_noop("Detail"),
    "reference": gettext_noop("Reference"),
    "contract": gettext_noop("Kind of contract"),
    "contract.supplies": gettext_noop("supplies"),
    "contract.services": gettext_noop("services"),
    "contract.works": gettext_noop("works"),
    "contract.social_services": gettext_noop("social services"),
    "contract.concession": gettext_noop("concession"),
    "contract.design_contest": gettext_noop("design contest"),
    "procedure": gettext_noop("Procedure"),
    "procedure.open": gettext_noop("open procedure"),
    "procedure.restricted": gettext_noop("restricted procedure"),
    "procedure.neg-w-call": gettext_noop("negotiated procedure with a call for competition"),
    "procedure.comp-dial": gettext_noop("competitive dialogue"),
    "procedure.innovation": gettext_noop("innovation partnership"),
    "procedure.neg-wo-call": gettext_noop("negotiated procedure without a call for competition"),
    "procedure.oth-single": gettext_noop("other single-stage procedure"),
    "procedure.oth-mult": gettext_noop("other multi-stage procedure"),
    "value": gettext_noop("Estimated value without VAT"),
    "cpv": gettext_noop("CPV codes"),
    "documents": gettext_noop("Where the documents are"),
    "submission": gettext_noop("Where to send a bid"),
    "buyer": gettext_noop("Buyer"),
    "buyers": gettext_noop("Buyers"),
    "joint": gettext_noop("These buyers procure together. {name} leads the procedure."),
    "name": gettext_noop("Name"),
    "place": gettext_noop("Place"),
    "register": gettext_noop("Register number"),
    "contact": gettext_noop("Contact"),
    "part": gettext_noop("Part of the value"),
    "share": gettext_noop("Share"),
    "need": gettext_noop("What we need"),
    "lots": gettext_noop("Lots"),
    "number": gettext_noop("No."),
    "title": gettext_noop("Title"),
    "description": gettext_noop("Description"),
    "requirements": gettext_noop("Requirements"),
    "requirement": gettext_noop("Requirement"),
    "strength": gettext_noop("Strength"),
    "must": gettext_noop("must"),
    "should": gettext_noop("should"),
    "evidence": gettext_noop("What the pilot showed"),
    "criteria": gettext_noop("Award criteria"),
    "criterion": gettext_noop("Criterion"),
    "kind": gettext_noop("Kind"),
    "price": gettext_noop("price"),
    "cost": gettext_noop("cost"),
    "quality": gettext_noop("quality"),
    "weight": gettext_noop("Weight"),
    "weights_normalised": gettext_noop("The weights given sum to {total}. They are shown as shares of 100 %."),
    "weights_picture": gettext_noop("Bars of the weights"),
    "price_sheet": gettext_noop("Price sheet"),
    "item": gettext_noop("Item"),
    "unit": gettext_noop("Unit"),
    "quantity": gettext_noop("Quantity"),
    "unit_price": gettext_noop("Unit price"),
    "total": gettext_noop("Total"),
    "hint": gettext_noop("Note"),
    "lot": gettext_noop("Lot"),
    "dates": gettext_noop("Dates"),
    "date": gettext_noop("Date"),
    "dates.notice": gettext_noop("Publication"),
    "dates.questions_until": gettext_noop("Questions until"),
    "dates.tenders_until": gettext_noop("Bids until"),
    "dates.opening": gettext_noop("Opening of bids"),
    "dates.decision": gettext_noop("Decision"),
    "dates.start": gettext_noop("Start of the contract"),
    "dates.end": gettext_noop("End of the contract"),
    "before_use": gettext_noop("Before you use this document"),
    "advice": gettext_noop("Check it with your procurement office."),
}


def document_words(language: str) -> dict[str, str]:
    """The words of a document in its language."""
    with override(language):
        return {key: gettext(text) for key, text in DOCUMENT_WORDS.items()}


def fault_words(fault: Fault) -> str:
    """What is wrong, and what to do."""
    return _filled(FAULTS.get(fault.code, UNKNOWN_FAULT), told=fault.told)


def note_words(note: Note) -> str:
    """What is worth a look."""
    return _filled(NOTES[note.code], told=note.told)


def warning_words(codes: Iterable[str]) -> Iterator[str]:
    """Warnings as sentences: what has to be said always comes last."""
    always = "ask_procurement_office"
    yield from (str(WARNINGS[code]) for code in codes if code != always)
    yield str(WARNINGS[always])


def choices(words: Mapping[str, Promise]) -> list[tuple[str, Promise]]:
    """Codes and their words, as a form offers them."""
    return list(words.items())


def _filled(words: Promise, **told: str) -> str:
    text = str(words)
    return text % told if "%(" in text else text
