"""Everything public about challenges as files: streamed, in bounded memory, with source and licence.

Column names and codes are English and stay, whatever language the reader has: programs read them. Dates are ISO 8601.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson
from django.conf import settings

from citytandem.challenges import open_data
from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Challenge, Pilot, Proposal
from citytandem.challenges.reading_challenges import criteria_of
from citytandem.challenges.reading_open import (
    measurements_of,
    open_challenges,
    open_pilots,
    open_proposals_with_steps,
    open_questions,
    open_tenders,
    sliced,
)
from citytandem.challenges.rules import log_is_open
from citytandem.core import clock
from citytandem.core.csv_files import Cell, csv_lines
from citytandem.core.languages import LANGUAGES
from citytandem.core.node import this_node
from citytandem.core.themes import theme_label
from citytandem.core.versions import Translations, read
from citytandem.notifications.contract import FeedEntry, absolute

MOST_ENTRIES = 50
# Small pieces would cost a system call each.
_PIECE = 64 * 1024
_CHALLENGE_PLAIN = (
    "form", "openness", "budget_low", "budget_high", "currency", "phase", "published_at", "questions_until",
    "closes_at", "assess_until", "decide_until", "pilot_until", "criteria_fixed_at", "decided_at",
)  # fmt: skip
_PROPOSAL_PLAIN = ("challenge", "step", "step_since", "created_at", "changed_at", "team", "organisation", "cost")


def stated() -> dict[str, Any]:
    """Where it comes from, when it was read, and under which licence it may be used."""
    return {
        "source": {"title": this_node().name, "url": absolute("/challenges")},
        "licence": settings.LICENCE,
        "made_at": clock.now(),
    }


# --- JSON -------------------------------------------------------------------------------------------------------------


def json_pieces(value: Any) -> Iterator[bytes]:
    """A value as JSON, piece by piece: iterators in it become lists that are never held as a whole."""
    buffer = bytearray()
    for part in _parts(value):
        buffer += part
        if len(buffer) >= _PIECE:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, Iterator):
        yield b"["
        for number, one in enumerate(value):
            yield b",\n" if number else b"\n"
            yield from _parts(one)
        yield b"]"
    elif isinstance(value, dict) and any(isinstance(one, Iterator) for one in value.values()):
        yield b"{"
        for number, (name, one) in enumerate(value.items()):
            yield (b"," if number else b"") + orjson.dumps(name) + b":"
            yield from _parts(one)
        yield b"}"
    else:
        yield orjson.dumps(value, option=orjson.OPT_UTC_Z)


def challenges_json(wishes: Mapping[str, str]) -> Iterator[bytes]:
    """All published challenges that fit the wishes, the newest first."""
    rows = (open_data.challenge_told(row) for part in sliced(_wanted(wishes)) for row in part)
    return json_pieces({"$about": stated(), "challenges": rows})


def challenge_json(challenge: Challenge) -> Iterator[bytes]:
    """One challenge with all that belongs to it. The result is there once it is decided; the log itself is a file of its own."""
    path = path_of(challenge)
    return json_pieces(
        {
            "$about": stated(),
            "challenge": open_data.challenge_told(challenge),
            "criteria": [open_data.criterion_told(row) for row in criteria_of(challenge)],
            "questions": (open_data.question_told(row) for row in open_questions(challenge)),
            "result": challenge.result if challenge.phase == "decided" else None,
            "log": {
                "entries": challenge.log_count if log_is_open(challenge) else 0,
                "head": challenge.log_head if log_is_open(challenge) else "",
                "url": absolute(f"{path}/decision/log.json"),
            },
            "tenders": [
                {
                    "code": row.code,
                    "handed_over_at": row.handed_over_at,
                    "ocds": absolute(f"/tenders/{row.code}/ocds.json"),
                }
                for row in open_tenders(challenge)
            ],
            "pilots": (_pilot(row) for row in open_pilots(challenge)),
            "proposals": (open_data.proposal_told(row, steps) for row, steps in open_proposals_with_steps(challenge)),
        }
    )


def _pilot(row: Pilot) -> dict[str, Any]:
    told = open_data.pilot_told(row)
    values = (
        {"indicator": one.name, **open_data.measurement_told(value)}
        for one in row.indicators.all()
        for value in measurements_of(one)
    )
    return {**told, "measurements": values}


# --- CSV --------------------------------------------------------------------------------------------------------------


def challenges_csv(wishes: Mapping[str, str]) -> Iterator[bytes]:
    """All published challenges that fit the wishes: every language version of title and text in a column of its own."""
    header = ["code", "url", "language", *_texts_header("title", "text"), "themes", *_CHALLENGE_PLAIN, *_END]
    rows = (_challenge_cells(row) for part in sliced(_wanted(wishes)) for row in part)
    return csv_lines(header, rows, language="en")


_END = ("machine_translated", "source", "licence")


def _challenge_cells(row: Challenge) -> Sequence[Cell]:
    told = open_data.challenge_told(row)
    return [
        row.code,
        absolute(told["path"]),
        row.language,
        *_texts(row.title, row.text),
        " ".join(row.themes),
        *(_cell(told[name]) for name in _CHALLENGE_PLAIN),
        *_end(row.title, row.text),
    ]


def proposals_csv(challenge: Challenge) -> Iterator[bytes]:
    """The proposals of a challenge that everybody may read, in the order in which they came, with the last reason."""
    header = ["code", "url", "language", *_texts_header("title", "text"), *_PROPOSAL_PLAIN, "last_reason", *_END]
    rows = (_proposal_cells(row, steps) for row, steps in open_proposals_with_steps(challenge))
    return csv_lines(header, rows, language="en")


def _proposal_cells(row: Proposal, steps: Sequence[Mapping[str, Any]]) -> Sequence[Cell]:
    told = open_data.proposal_told(row)
    return [
        row.code,
        absolute(told["path"]),
        row.language,
        *_texts(row.title, row.text),
        *(_cell(told[name]) for name in _PROPOSAL_PLAIN),
        steps[-1]["reason"] if steps else "",
        *_end(row.title, row.text),
    ]


def _texts_header(*names: str) -> list[str]:
    return [f"{name}_{language}" for name in names for language in LANGUAGES]


def _texts(*texts: Translations) -> Iterator[str]:
    return (text.get(language, {}).get("text", "") for text in texts for language in LANGUAGES)


def _end(*texts: Translations) -> list[Cell]:
    """Which languages a machine wrote, the source and the licence."""
    machine = {
        code for code, version in chain.from_iterable(one.items() for one in texts) if version.get("by") != "human"
    }
    return [" ".join(sorted(machine)), this_node().name, settings.LICENCE]


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else value


# --- Atom -------------------------------------------------------------------------------------------------------------


def feed_entries(wishes: Mapping[str, str], *, reader: str) -> list[FeedEntry]:
    """The newest published challenges that fit the wishes, in the reader's language where there is a version."""
    return [
        FeedEntry(
            id=row.id,
            title=read(row.title, reader=reader, original=row.language).text,
            path=path_of(row),
            updated=max(row.changed_at, row.phase_since),
            published=row.published_at,
            text=read(row.text, reader=reader, original=row.language).text,
            categories=[theme_label(theme, reader) for theme in row.themes],
        )
        for row in _wanted(wishes)[:MOST_ENTRIES]
    ]


def _wanted(wishes: Mapping[str, str]) -> Any:
    return open_challenges(phase=wishes.get("phase", ""), theme=wishes.get("theme", ""))
