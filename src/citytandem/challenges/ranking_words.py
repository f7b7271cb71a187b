"""A ranking in plain words: the sentence that comes first, and what numbers of agreement and certainty mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.challenges.ranking.outcome import AROUND, Far
from citytandem.challenges.ranking.sentence import Facts, TurnPoint

_MOST_NAMED = 3
# Krippendorff's own limits: reliable from 0.8, tentative from 0.667.
_AGREE, _TENTATIVE = 0.8, 2 / 3


def figure(value: float, *, digits: int = 0) -> str:
    """A number rounded to so many digits, as the reader's language writes it: Django's own would cut them off."""
    return str(number_format(round(value, digits) + 0.0, decimal_pos=digits))


def percent(share: float) -> str:
    """A share in whole per cent; what is not quite nothing or everything does not look like it."""
    if 0 < share <= 0.005:
        return _unbroken(_("less than 1 %%") % {})
    if 0.995 <= share < 1:
        return _unbroken(_("more than 99 %%") % {})
    return _unbroken(_("%(number)s %%") % {"number": figure(100 * share)})


def fine_percent(share: float, *, beside: float | None = None) -> str:
    """As `percent`, with decimals where a whole number would be the same as the one beside it."""
    digits = 0
    if beside is not None:
        digits = next((n for n in range(3) if round(100 * share, n) != round(100 * beside, n)), 2)
    return _unbroken(_("%(number)s %%") % {"number": figure(100 * share, digits=digits)})


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def space_labels() -> Mapping[str, str]:
    """The spaces of weightings by name."""
    return {
        "uniform": _("All weightings"),
        "intervals": _("Weights up to %(percent)s more or less") % {"percent": percent(AROUND)},
        "order": _("The same order of criteria"),
    }


def _of_space(space: str) -> str:
    return {
        "uniform": _("of all weightings"),
        "intervals": _("of all weightings near the chosen one"),
        "order": _("of all weightings that keep the order of the criteria"),
    }[space]


def sentences(facts: Facts, *, title: Callable[[str], str], criterion: Callable[[str], str], space: str) -> list[str]:
    """The first is the one that matters; the others say what goes with it. `title`, `criterion`: names by code and key."""
    if facts.kind == "nothing":
        return [_("Nobody has scored a proposal, so there is no ranking.")]
    first = title(facts.leaders[0])
    if facts.kind == "single":
        return [
            _("“%(first)s” is the only proposal with scores: there is nothing to compare it with.") % {"first": first}
        ]
    told = [_lead(facts, first=first, title=title, criterion=criterion, space=space)]
    if facts.turn is None and facts.kind != "tie":
        told.append(_("No change of a single weight puts another proposal first."))
    told.append(
        _("All three ways of counting have the same first place.")
        if facts.by_all_methods
        else _("The three ways of counting do not agree on the first place.")
    )
    if facts.incomplete:
        told.append(not_on_all(facts.incomplete))
    return told


def not_on_all(count: int) -> str:
    """What becomes of proposals that lack a score for a criterion that counts."""
    told = ngettext(
        "%(count)s proposal was not scored on every criterion. It comes after those that were.",
        "%(count)s proposals were not scored on every criterion. They come after those that were.",
        count,
    )
    return told % {"count": number_format(count)}


def _lead(facts: Facts, *, first: str, title: Callable[[str], str], criterion: Callable[[str], str], space: str) -> str:
    if facts.kind == "tie":
        return _tie(facts, title=title)
    words: dict[str, Any] = {"first": first, "of": _of_space(space)}
    if facts.share is not None:
        words["share"] = percent(facts.share)
    turn = _turn_words(facts.turn, title=title, criterion=criterion)
    if facts.kind == "other":
        words |= {"often": title(facts.often), "often_share": percent(facts.often_share)}
        told = _("“%(first)s” leads with the chosen weights, but “%(often)s” leads in more weightings: in %(often_share)s"
                 " %(of)s, against %(share)s") % words  # fmt: skip
    elif facts.share is None:
        told = _("“%(first)s” leads with the chosen weights") % words
    elif facts.kind == "close":
        told = _("It is close: “%(first)s” leads in %(share)s %(of)s") % words
    else:
        told = _("“%(first)s” leads in %(share)s %(of)s") % words
    return f"{told}; {turn}." if turn else f"{told}."


def _turn_words(turn: TurnPoint | None, *, title: Callable[[str], str], criterion: Callable[[str], str]) -> str:
    if turn is None:
        return ""
    words = {
        "other": title(turn.challenger),
        "criterion": criterion(turn.criterion),
        "at": fine_percent(turn.at, beside=turn.now),
        "now": fine_percent(turn.now, beside=turn.at),
    }
    if turn.more:
        return _("“%(other)s” overtakes it if “%(criterion)s” counts more than %(at)s instead of %(now)s") % words
    return _("“%(other)s” overtakes it if “%(criterion)s” counts less than %(at)s instead of %(now)s") % words


def _tie(facts: Facts, *, title: Callable[[str], str]) -> str:
    count = len(facts.leaders)
    if count > _MOST_NAMED:
        return _("%(count)s proposals share the first place.") % {"count": number_format(count)}
    names = [f"“{title(code)}”" for code in facts.leaders]
    return _("%(names)s and %(last)s share the first place.") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def agreement(alpha: float | None) -> tuple[str, str]:
    """A code and words for Krippendorff's alpha of one criterion."""
    if alpha is None:
        return "none", _("cannot be said")
    if alpha >= _AGREE:
        return "good", _("the jury agrees")
    if alpha >= _TENTATIVE:
        return "fair", _("the jury agrees in part")
    return "poor", _("the jury disagrees")


def severity(one: Far) -> str:
    """An assessor whose scores lie far from the others', by number."""
    words = {"number": one.juror, "by": percent(abs(one.effect))}
    if one.effect < 0:
        return (
            _("Assessor %(number)s gave lower scores than the others on the same proposals: by %(by)s of the scale.")
            % words
        )
    return (
        _("Assessor %(number)s gave higher scores than the others on the same proposals: by %(by)s of the scale.")
        % words
    )
