"""Departments that the demo sets up so that problems find somebody; the sources name none, and each says that it is a demo."""

from __future__ import annotations

from dataclasses import dataclass

from citytandem.accounts.contract import SYSTEM
from citytandem.accounts.places.selectors import department_list
from citytandem.accounts.places.services.departments import Draft, department_save

# In the words of the nine languages, for the sentence below every name.
_NOTE = {
    "de": "Beispiel der Demo: Wie Ihre Stadt ihre Ämter nennt, tragen Sie selbst ein.",
    "en": "An example of the demo: you enter what your city's departments are called.",
    "fr": "Exemple de la démo : vous saisissez vous-même le nom des services de votre ville.",
    "it": "Esempio della demo: inserite voi i nomi degli uffici della vostra città.",
    "nl": "Voorbeeld van de demo: u vult zelf in hoe de afdelingen van uw gemeente heten.",
    "pl": "Przykład z wersji demo: nazwy wydziałów swojego miasta wpisują Państwo sami.",
    "ro": "Exemplu din demo: introduceți dumneavoastră denumirile direcțiilor orașului.",
    "el": "Παράδειγμα της επίδειξης: εσείς καταχωρίζετε πώς λέγονται οι υπηρεσίες της πόλης σας.",
    "bg": "Пример от демото: сами въвеждате как се казват отделите на вашия град.",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A department of the demo."""

    slug: str
    names: dict[str, str]
    themes: tuple[str, ...]
    service_days: int
    escalates_to: str = ""


# The one that gets the rest stands first: others escalate to it.
SAMPLES = (
    Sample(
        "digital",
        {
            "de": "Digitalisierung", "en": "Digital services", "fr": "Numérique", "it": "Servizi digitali",
            "nl": "Digitale dienstverlening", "pl": "Cyfryzacja", "ro": "Servicii digitale", "el": "Ψηφιακές υπηρεσίες",
            "bg": "Цифрови услуги",
        },
        ("administration", "data", "technology", "participation"),
        10,
    ),
    Sample(
        "waste",
        {
            "de": "Abfall und Stadtreinigung", "en": "Waste and cleaning", "fr": "Déchets et propreté",
            "it": "Rifiuti e pulizia", "nl": "Afval en reiniging", "pl": "Odpady i oczyszczanie miasta",
            "ro": "Deșeuri și salubritate", "el": "Απορρίμματα και καθαριότητα", "bg": "Отпадъци и чистота",
        },
        ("waste", "circular-economy", "noise", "air-quality"),
        5,
        "digital",
    ),
    Sample(
        "traffic",
        {
            "de": "Verkehr", "en": "Traffic", "fr": "Circulation", "it": "Traffico", "nl": "Verkeer", "pl": "Ruch drogowy",
            "ro": "Trafic", "el": "Κυκλοφορία", "bg": "Движение",
        },
        ("mobility", "street-lighting"),
        10,
        "digital",
    ),
    Sample(
        "buildings",
        {
            "de": "Gebäude", "en": "Buildings", "fr": "Bâtiments", "it": "Edifici", "nl": "Gebouwen", "pl": "Budynki",
            "ro": "Clădiri", "el": "Κτίρια", "bg": "Сгради",
        },
        ("energy", "housing-and-planning", "education"),
        15,
        "digital",
    ),
    Sample(
        "green-spaces",
        {
            "de": "Grünflächen", "en": "Green spaces", "fr": "Espaces verts", "it": "Verde pubblico", "nl": "Openbaar groen",
            "pl": "Zieleń miejska", "ro": "Spații verzi", "el": "Χώροι πρασίνου", "bg": "Зелени площи",
        },
        ("green-spaces", "biodiversity", "water", "climate-adaptation", "sport-and-leisure"),
        10,
        "digital",
    ),
)  # fmt: skip


def departments_load() -> None:
    """Set up what is missing; what people have changed since stays."""
    known = {row.slug: row for row in department_list(with_closed=True)}
    has_fallback = any(row.is_fallback for row in known.values())
    for sample in SAMPLES:
        if sample.slug not in known:
            above = known.get(sample.escalates_to)
            draft = Draft(
                names=sample.names,
                about=_NOTE,
                themes=sample.themes,
                service_days=sample.service_days,
                escalate_to=above.id if above else None,
                is_fallback=not sample.escalates_to and not has_fallback,
            )
            known[sample.slug] = department_save(draft=draft, slug=sample.slug, by=SYSTEM)
