"""What a pilot showed, in plain words: verdicts, cautions, methods, and why something cannot be used.

Reads what `finding_stored` keeps. For a text in another language: `translation.override(language)` around the call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.challenges.pilots.indicators import BadPilot
from citytandem.core.errors import Invalid

Stored = Mapping[str, Any]

VERDICTS: dict[str, str | Promise] = {
    "better": gettext_lazy("Better"),
    "worse": gettext_lazy("Worse"),
    "no_clear_change": gettext_lazy("No clear change"),
    "too_few": gettext_lazy("Too few values to tell"),
}

VERDICT_SENTENCES: dict[str, str | Promise] = {
    "better": gettext_lazy("This is more than chance alone would explain."),
    "worse": gettext_lazy("It went the wrong way, by more than chance alone would explain."),
    "no_clear_change": gettext_lazy("The interval holds “no change”: this may be chance."),
    "too_few": gettext_lazy("Nobody can say how much of it is chance."),
}

REACHED: dict[str, str | Promise] = {
    "yes": gettext_lazy("Target reached"),
    "no": gettext_lazy("Target not reached"),
    "unclear": gettext_lazy("Target: not clear"),
}

METHODS: dict[str, str | Promise] = {
    "means": gettext_lazy("The mean of the values after the start, minus the mean of those before (Welch’s interval)."),
    "paired": gettext_lazy("Each place is compared with itself; the result is the mean of these differences (Student’s "
                           "interval)."),
    "rate": gettext_lazy("How often something happened after the start, against before, each place against itself "
                         "(interval of Poisson rates)."),
    "series": gettext_lazy("The trend of the time before is drawn on; the result is how far what was measured lies from "
                           "it (segmented regression, intervals wide enough for values that follow each other)."),
}  # fmt: skip

CAUTIONS: dict[str, str | Promise] = {
    "baseline_only": gettext_lazy(
        "Nothing was measured before the start. The comparison is with a single number that was written down."
    ),
    "one_value": gettext_lazy("There is only one value on one side, so there is no interval."),
    "few_points": gettext_lazy("There are fewer than eight independent values on one side. More would tell more."),
    "no_spread": gettext_lazy("The values do not vary at all. Please check whether they were really measured."),
    "nothing_counted": gettext_lazy("Nothing happened on either side, so there is nothing to compare."),
    "places_left_out": gettext_lazy("Places that were measured only before or only after the start are left out."),
    "days_left_out": gettext_lazy("Days on which not all places were measured are left out."),
    "weekdays_ignored": gettext_lazy(
        "There are fewer than four weeks of daily values, so weekdays are not told apart."
    ),
    "correlated": gettext_lazy(
        "Each value is much like the one before it. So they say less, and the interval is wider."
    ),
    "overdispersed": gettext_lazy("The numbers vary more than chance alone would. So the interval is wider."),
    "trend_before": gettext_lazy(
        "The numbers were going up or down before the start already. This comparison does not take that off."
    ),
}

BY_DAY = gettext_lazy("There are so many values that those of a day were taken together before computing.")

# Why something cannot be evaluated or read: a sentence for each code of `pilots`.
REFUSALS: dict[str, str | Promise] = {
    "cost.amount": gettext_lazy("An amount has to be a number, nothing or more."),
    "cost.currencies": gettext_lazy("The costs are in different currencies."),
    "cost.currency": gettext_lazy("A currency has three capital letters, like EUR."),
    "cost.hourly_rate": gettext_lazy("An hour costs nothing or more."),
    "cost.hours": gettext_lazy("Hours have to be a number, nothing or more."),
    "cost.kind": gettext_lazy("Say what the money was for."),
    "indicator.direction": gettext_lazy("Say whether more or less of it is better."),
    "indicator.kind": gettext_lazy("Say whether it is a value or a number of events."),
    "indicator.name": gettext_lazy("Give the indicator a name."),
    "indicator.negative": gettext_lazy("A number of events cannot be below zero."),
    "indicator.number": gettext_lazy("Baseline and target have to be numbers."),
    "indicator.source": gettext_lazy("Say where the values come from."),
    "indicator.unit": gettext_lazy("Say in which unit it is measured."),
    "measurement.after_end": gettext_lazy("This moment lies after the end of the pilot, or in the future."),
    "measurement.baseline_after_start": gettext_lazy(
        "A value from before the pilot (a baseline) cannot be from after its start."
    ),
    "measurement.before_start": gettext_lazy("This moment lies before the start of the pilot."),
    "measurement.date": gettext_lazy("This is not a day or a time. Write 2026-03-31 or 2026-03-31T08:30."),
    "measurement.exposure": gettext_lazy("What the events were counted during has to be more than zero."),
    "measurement.long": gettext_lazy("The name of the place or the note is too long."),
    "measurement.no_zone": gettext_lazy("The time does not say in which time zone it is."),
    "measurement.not_a_count": gettext_lazy("A number of events has to be whole, and not below zero."),
    "measurement.number": gettext_lazy("This is not a number, or it can be read in two ways."),
    "measurement.range": gettext_lazy("This number is too large to be a measurement."),
    "measurement.twice": gettext_lazy("There is a value of this moment and place already."),
    "measurement.unit": gettext_lazy("The unit is not that of the indicator."),
    "measurements.column_missing": gettext_lazy("A column is missing. At least “at” and “value” are needed, and "
                                                "“indicator” where there are several."),
    "measurements.column_twice": gettext_lazy("A column is there twice."),
    "measurements.column_unknown": gettext_lazy("A column is not known. Those known are: at, value, indicator, place, "
                                                "exposure, unit, note."),
    "measurements.many": gettext_lazy("This table is too long: at most a million rows."),
    "measurements.none_after": gettext_lazy("Nothing has been measured since the start."),
    "measurements.none_before": gettext_lazy("Nothing was measured before the start, and no baseline was written down."),
    "period.no_zone": gettext_lazy("The start or the end does not say in which time zone it is."),
    "period.order": gettext_lazy("The pilot ends before it starts."),
    "row.cells": gettext_lazy("This row has more or fewer cells than the header."),
    "row.indicator": gettext_lazy("There is no indicator of this name."),
    "row.quotes": gettext_lazy("A quotation mark is opened and not closed."),
}  # fmt: skip

OBSTACLES: dict[str, str | Promise] = {
    "prohibited": gettext_lazy("Article 5 of the AI Act forbids it. It can never start."),
    "ai_class_missing": gettext_lazy("The plan does not say yet which class of the AI Act it belongs to."),
    "data_protection_open": gettext_lazy("Data protection has not been reviewed."),
    "data_protection_refused": gettext_lazy("Data protection was refused."),
    "ethics_open": gettext_lazy("The ethics board has not looked at it."),
    "ethics_refused": gettext_lazy("The ethics board has refused it."),
    "board_needed": gettext_lazy("At high risk the ethics board has to look at it: “not needed” is not enough."),
    "no_indicator": gettext_lazy("There is no indicator: say first what is measured."),
    "no_baseline": gettext_lazy("An indicator has neither a baseline nor a value from before the start."),
}

# Where a refusal belongs in a form, by the first word and the second.
_FIELDS = {
    "indicator.name": "name", "indicator.unit": "unit", "indicator.direction": "direction", "indicator.kind": "kind",
    "measurement.number": "value", "measurement.not_a_count": "value", "measurement.range": "value",
    "measurement.exposure": "exposure", "measurement.long": "place",
}  # fmt: skip


def refusal(error: BadPilot, *, field: str = "") -> Invalid:
    """What cannot be evaluated, as a refusal in the reader's language. `details["reason"]` has the code."""
    message = REFUSALS[error.code]
    what = error.told or error.where
    at = field or _FIELDS.get(error.code) or ("at" if error.code.startswith("measurement.") else None)
    if not what:
        return Invalid("pilot.unusable", message, field=at, reason=error.code)
    return Invalid("pilot.unusable", f"{message} ({what})", field=at, reason=error.code)


def amount(value: float, *, like: float | None = None) -> str:
    """A number with three digits that count, as the reader's language writes it; `like`: as exact as another one."""
    scale = abs(value if like is None else like)
    digits = 0 if scale >= 100 or not math.isfinite(scale) else 2 if not scale else 2 - math.floor(math.log10(scale))
    digits = min(max(digits, 0), 8)
    told = round(value, digits)
    text = f"{told:.{digits}f}"
    if digits and like is None:
        text = text.rstrip("0").rstrip(".")
    return str(number_format(text if float(text) else "0", force_grouping=True))


def exact(value: float) -> str:
    """A number with all of its digits, as the reader's language writes it."""
    return str(number_format(f"{value:.12g}" if abs(value) < 1e12 else f"{value:.0f}", force_grouping=True))


def with_unit(value: float, unit: str) -> str:
    """`4.2 per week`, `12 °C`."""
    return f"{amount(value)} {unit}"


def change(value: float, unit: str) -> str:
    """A difference in words: `4.2 per week less`."""
    if not float(f"{value:.3g}"):
        return _("no difference")
    # 5 % more of 40 % may be 42 or 45: a difference of per cents is one of points.
    told = {"amount": amount(abs(value)), "unit": _("percentage points") if unit == "%" else unit}
    return _("%(amount)s %(unit)s more") % told if value > 0 else _("%(amount)s %(unit)s less") % told


def interval(low: float, high: float) -> str:
    """The ends of an interval of a difference: plain numbers where it holds no zero, else each with its side."""
    if low >= 0 or high <= 0:
        ends = sorted((abs(low), abs(high)))
        return _kept(_("95 %% interval: %(low)s to %(high)s") % {"low": amount(ends[0]), "high": amount(ends[1])})
    told = {"less": amount(abs(low)), "more": amount(high)}
    return _kept(_("95 %% interval: from %(less)s less to %(more)s more") % told)


def headline(one: Stored) -> str:
    """What an indicator did, in one line: `Full bins: 4.2 per week less (95 % interval: 2.1 to 6.3)`."""
    found = one["finding"]
    if found is None:
        return f"{one['name']}: {REFUSALS[one['error']]}"
    told = f"{one['name']}: {change(found['difference'], one['unit'])}"
    if found["low"] is None or found["high"] is None:
        return told
    return f"{told} ({interval(found['low'], found['high'])})"


def sentences(one: Stored) -> list[str]:
    """How sure it is: the verdict, the share, how it was computed, and each caution."""
    found = one["finding"]
    if found is None:
        return []
    told = [str(VERDICT_SENTENCES[found["verdict"]])]
    if found["relative"] is not None and found["verdict"] != "too_few":
        share = {"share": amount(abs(100 * found["relative"]))}
        if found["method"] == "series":
            phrase = _("That is %(share)s %% more than would have been expected without the pilot.")
            less = _("That is %(share)s %% less than would have been expected without the pilot.")
        else:
            phrase = _("That is %(share)s %% more than before.")
            less = _("That is %(share)s %% less than before.")
        told.append(_kept((phrase if found["relative"] > 0 else less) % share))
    return told + cautions(one)


def cautions(one: Stored) -> list[str]:
    """What has to be said along with it."""
    found = one["finding"]
    told = [str(CAUTIONS[code]) for code in (found["cautions"] if found else ())]
    return [*told, str(BY_DAY)] if one["by_day"] else told


def target(one: Stored) -> str:
    """Whether the target was reached, and what it was; empty without one."""
    found, wanted = one["finding"], one["target_value"]
    if found is None or wanted is None or found["target"] is None:
        return ""
    told = {"reached": REACHED[found["target"]], "target": with_unit(wanted, one["unit"])}
    return _("%(reached)s (%(target)s)") % told


def per_unit(one: Stored, currency: str) -> str:
    """What a unit of improvement cost; empty where no number is honest."""
    found = one["finding"]
    cost = found["per_unit"] if found else None
    if not cost or cost["value"] is None:
        return ""
    told = {
        "name": one["name"],
        "change": change(1.0 if one["direction"] == "up" else -1.0, one["unit"]),
        "cost": f"{amount(cost['value'])} {currency}",
        "low": amount(cost["low"]),
        "high": amount(cost["high"]),
    }
    return _kept(_("%(name)s: %(cost)s for each %(change)s (95 %% interval: %(low)s to %(high)s)") % told)


def _kept(text: str) -> str:
    """A number and its per cent sign stay on one line."""
    return text.replace(" %", "\u00a0%")
