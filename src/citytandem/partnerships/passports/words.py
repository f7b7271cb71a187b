"""What conditions, bodies, evidence and outcomes are called, and what has to be done, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.core.languages import NATIVE_NAMES
from citytandem.partnerships.passports.comparing import Todo, Value

# Name, and what is asked of a city.
CONDITIONS: Mapping[str, tuple[Promise, Promise]] = {
    "law": (gettext_lazy("Law"), gettext_lazy("Which law, statute or consent does it need?")),
    "responsible_body": (gettext_lazy("Responsible body"), gettext_lazy("Who is in charge of the task?")),
    "staff": (gettext_lazy("Staff"), gettext_lazy("How many hours a month does it take?")),
    "cost": (gettext_lazy("Cost"), gettext_lazy("What does it cost in a year, in euros?")),
    "interfaces": (gettext_lazy("Interfaces"), gettext_lazy("Which standards and systems does it connect to?")),
    "licence": (gettext_lazy("Licence"), gettext_lazy("Under which licence may it be used?")),
    "language": (gettext_lazy("Language"), gettext_lazy("In which languages is it there?")),
    "evidence": (gettext_lazy("Evidence"), gettext_lazy("How well is it shown that it works?")),
}
# The other city's side of the same question.
TARGET_QUESTIONS: Mapping[str, Promise] = {
    "law": gettext_lazy("Does your law allow the same?"),
    "responsible_body": gettext_lazy("Who is in charge of the task with you?"),
    "staff": gettext_lazy("How many hours a month can you give?"),
    "cost": gettext_lazy("What can you spend in a year, in euros?"),
    "interfaces": gettext_lazy("Which of them do your systems speak?"),
    "licence": gettext_lazy("Which licences may your city take?"),
    "language": gettext_lazy("Which languages do you need?"),
    "evidence": gettext_lazy("What do you want to see shown?"),
}
BODIES: Mapping[str, Promise] = {
    "city": gettext_lazy("The city itself"),
    "district": gettext_lazy("District or county"),
    "region": gettext_lazy("Region or province"),
    "state": gettext_lazy("State"),
    "association": gettext_lazy("Association of municipalities"),
    "utility": gettext_lazy("Municipal company or utility"),
    "private": gettext_lazy("Private company"),
}
EVIDENCE: Mapping[str, Promise] = {
    "none": gettext_lazy("Nothing yet"),
    "described": gettext_lazy("Described"),
    "piloted": gettext_lazy("Tried in a pilot with figures"),
    "in_use": gettext_lazy("In regular use"),
    "in_use_elsewhere": gettext_lazy("In use in several cities"),
}
LAW: Mapping[str, Promise] = {
    "same": gettext_lazy("Yes, ours allows the same"),
    "differs": gettext_lazy("No, it differs"),
}
OUTCOMES: Mapping[str, Promise] = {
    "fits": gettext_lazy("fits"),
    "differs": gettext_lazy("differs"),
    "ask": gettext_lazy("has to be asked"),
}
_ADAPT: Mapping[str, Promise] = {
    "law": gettext_lazy("Have the legal office say what has to change, before anything technical."),
    "responsible_body": gettext_lazy("Bring those to the table who are in charge here: the solution has to suit them."),
    "interfaces": gettext_lazy("Build or buy what is missing: %(missing)s."),
    "licence": gettext_lazy("Agree on a licence that your city may take; offered is %(missing)s."),
    "language": gettext_lazy("Have it translated: %(missing)s."),
    "evidence": gettext_lazy("Plan a pilot of your own with figures before and after."),
    "staff": gettext_lazy("Find %(gap)s more hours a month, or a partner who shares the work."),
    "cost": gettext_lazy("Find %(gap)s euros more a year, or share the cost with a partner city."),
}
_CHECK: Mapping[str, Promise] = {
    "contract_ended": gettext_lazy("The maintenance contract has ended: ask whether it goes on."),
    "unmaintained": gettext_lazy("Nobody maintains this software: find out who would."),
    "obsolete": gettext_lazy("Its makers call this software obsolete: ask what came after it."),
    "release_old": gettext_lazy("The last release is more than two years old: ask whether it is still looked after."),
    "country_left_out": gettext_lazy("Its makers say that it is not made for your country: ask why."),
}


def condition_name(name: str) -> str:
    """What a condition or a warning is called."""
    return str(CONDITIONS[name][0]) if name in CONDITIONS else _("Up to date?")


def todo_words(todo: Todo) -> str:
    """What has to be done, as a sentence."""
    if todo.kind == "check":
        return str(_CHECK[todo.condition])
    if todo.kind == "ask":
        return _("Ask: %(question)s") % {"question": CONDITIONS[todo.condition][1]}
    named = [_named(todo.condition, one) for one in todo.missing]
    amount = "" if todo.gap is None else number_format(round(todo.gap), force_grouping=True)
    return str(_ADAPT[todo.condition]) % {"missing": ", ".join(named), "gap": amount}


def value_words(condition: str, value: Value) -> str:
    """A value as people read it; empty where nobody has said it."""
    if value is None or value == "":
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(number_format(value, force_grouping=True))
        return _("%(n)s hours a month") % {"n": shown} if condition == "staff" else _("%(n)s euros") % {"n": shown}
    if isinstance(value, str):
        return _named(condition, value)
    return ", ".join(_named(condition, str(one)) for one in value) if isinstance(value, list | tuple) else ""


def _named(condition: str, value: str) -> str:
    names: Mapping[str, object] = {
        "responsible_body": BODIES,
        "evidence": EVIDENCE,
        "language": NATIVE_NAMES,
        "law": LAW,
    }.get(condition, {})
    return str(names.get(value, value))
