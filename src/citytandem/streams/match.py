"""The match as pages, API and command line show it: search the one index, rank, and put it into words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import get_language, override

from citytandem.core.node import this_node
from citytandem.core.text import MAX_QUERY, clean_text, shorten
from citytandem.core.versions import human_versions, read
from citytandem.partnerships.contract import CityCard, cities_by_id
from citytandem.search import selectors as search
from citytandem.search import vectors
from citytandem.search.detect import detect_language
from citytandem.search.space import theme_shares
from citytandem.streams import matching, wording
from citytandem.streams.contract import CityHit, Match, MatchHit
from citytandem.streams.matching import Asked, CityFacts, Found, Reason, Scored
from citytandem.streams.models import Problem, Record, Solution
from citytandem.streams.origins import from_node_of
from citytandem.streams.selectors import records_by_id
from citytandem.streams.weighting import calibration, weights_in_use

KINDS = ("solution", "problem", "city")
CANDIDATES = 60
WITH_PHRASES = 3
_WORD = re.compile(r"[^\W_]{2}")
_SENTENCE = re.compile(r"(?<=[.!?;·])\s+")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a text (of a side) or a record, by whom it is read, from which city."""

    text: str
    language: str
    kind: str = "problem"
    themes: tuple[str, ...] = ()
    city: UUID | None = None
    exclude: UUID | None = None


def question_of_text(text: str, *, language: str = "", hint: str = "en", kind: str = "problem") -> Question:
    """A typed text; its language is found out unless said."""
    cleaned = clean_text(text)[:MAX_QUERY]
    return Question(
        text=cleaned, language=language or detect_language(cleaned, hint=hint), kind=kind, city=this_node().home_city
    )


def question_of_record(record: Record) -> Question:
    """A record asks with its original words."""
    title = read(record.title, reader=record.language, original=record.language)
    text = read(record.text, reader=title.language, original=record.language)
    return Question(
        text=vectors.embeddable(title.text, text.text),
        language=title.language,
        kind="solution" if isinstance(record, Solution) else "problem",
        themes=tuple(record.themes),
        city=this_node().home_city,
        exclude=record.id,
    )


def match(
    question: Question, *, reader: str = "", top: int = 5, phrases: bool = True, public_only: bool = True
) -> Match:
    """Ranked solutions, like problems and cities worth asking, worded in the reader's language."""
    language = reader or get_language() or "en"
    with override(language):
        if not can_be_asked(question.text):
            return Match(question.text, question.language, question.kind, (), (), (), fits=False, themes=())
        return _match(question, reader=language, top=top, phrases=phrases, public_only=public_only)


def can_be_asked(text: str) -> bool:
    """Whether there is a word in it: to a single letter or a sign, everything is as near as anything."""
    return _WORD.search(text) is not None


def ranked(question: Question, *, kind: str, limit: int = CANDIDATES, public_only: bool = True) -> list[Scored]:
    """The bare ranking of one kind: what `evaluate` measures, and what the pages show the top of."""
    query = _prepared(question)
    asked = _asked(question, query)
    found = _candidates(query, kinds=[kind], limit=limit, public_only=public_only, exclude=question.exclude)
    return matching.rank(asked, _found(found[kind]), weights=weights_in_use(), calibration=calibration())


def _match(question: Question, *, reader: str, top: int, phrases: bool, public_only: bool) -> Match:
    query = _prepared(question)
    hits = _candidates(query, kinds=KINDS, limit=CANDIDATES, public_only=public_only, exclude=question.exclude)
    asked = _asked(question, query)
    weights = weights_in_use()
    worth = calibration()
    ranking = {
        kind: matching.rank(asked, _found(group), weights=weights, calibration=worth) for kind, group in hits.items()
    }
    best = {kind: [scored for scored in group if scored.fits][: max(top, 10)] for kind, group in ranking.items()}
    good, known, home = _with_facts(best, home=question.city, public_only=public_only)
    asked = replace(asked, city=home, reader=reader)
    worth_asking = matching.cities_worth_asking(
        asked, solutions=good["solution"], problems=good["problem"], profiles=good["city"], most=top
    )
    shown = {kind: good[kind][:top] for kind in ("solution", "problem")}
    if phrases:
        shown["solution"] = _with_phrases(question, shown["solution"], known, reader=reader)
    return Match(
        query=question.text,
        language=question.language,
        kind=question.kind,
        solutions=[_worded(asked, scored, known, reader=reader) for scored in shown["solution"]],
        problems=[_worded(asked, scored, known, reader=reader) for scored in shown["problem"]],
        cities=[_city_worded(asked, scored, known, reader=reader) for scored in worth_asking],
        fits=bool(shown["problem" if question.kind == "solution" else "solution"]),
        themes=tuple(asked.themes)
        or tuple(t for t, share in sorted(asked.theme_shares.items(), key=lambda x: -x[1]) if share > 0.3)[:3],
    )


def _prepared(question: Question) -> search.Query:
    return search.prepare(
        question.text, language=question.language, kind=question.kind, is_record=question.exclude is not None
    )


def _candidates(
    query: search.Query, *, kinds: Sequence[str], limit: int, public_only: bool, exclude: UUID | None
) -> dict[str, list[search.Hit]]:
    merged: dict[tuple[UUID, str], search.Hit] = {}
    for hit in search.nearest(query, kinds=kinds, limit=limit, public_only=public_only):
        merged[hit.object_id, hit.language] = hit
    for hit in search.sharing_words(query, kinds=kinds, limit=limit // 2, public_only=public_only):
        known = merged.get((hit.object_id, hit.language))
        better = replace(known, coverage=hit.coverage, words=hit.words) if known else hit
        merged[hit.object_id, hit.language] = better
    return {kind: [hit for hit in merged.values() if hit.kind == kind and hit.object_id != exclude] for kind in kinds}


def _with_facts(
    best: Mapping[str, Sequence[Scored]], *, home: UUID | None, public_only: bool
) -> tuple[dict[str, list[Scored]], dict[UUID, Any], CityFacts | None]:
    """The best hits with what the index does not hold: cities, maturity, conditions. What is gone is left out."""
    known: dict[UUID, Any] = {}
    for kind in ("solution", "problem"):
        known |= records_by_id([s.found.id for s in best[kind]], kind=kind, public_only=public_only)
    involved: list[UUID | None] = [record.city for record in known.values()] + [home]
    involved += [use.city for record in known.values() if isinstance(record, Solution) for use in record.uses.all()]
    cities = cities_by_id([*involved, *(scored.found.id for scored in best["city"])])
    good = {
        kind: [
            replace(s, found=_told(s.found, known.get(s.found.id), cities)) for s in best[kind] if s.found.id in known
        ]
        for kind in ("solution", "problem")
    }
    good["city"] = [
        replace(s, found=replace(s.found, city=_facts(cities[s.found.id])))
        for s in best["city"]
        if s.found.id in cities
    ]
    return good, known, _facts(cities[home]) if home in cities else None


def _told(found: Found, record: Any, cities: Mapping[UUID, CityCard]) -> Found:
    users = [use.city for use in record.uses.all()] if isinstance(record, Solution) else []
    return replace(
        found,
        city=_facts(cities[record.city]) if record.city in cities else None,
        used_in=tuple(_facts(cities[user]) for user in users if user in cities),
        stage=getattr(record, "stage", ""),
        needs=tuple(getattr(record, "frame_conditions", None) or ()),
        standards=tuple(getattr(record, "standards", None) or ()),
    )


def _asked(question: Question, query: search.Query) -> Asked:
    space = vectors.space()
    shares = theme_shares(space, query.vector[None, : space.dimensions])[0] if len(space.theme_ids) else []
    return Asked(
        text=question.text,
        language=question.language,
        kind=question.kind,
        hubness=query.hubness,
        themes=question.themes,
        theme_shares={theme: float(share) for theme, share in zip(space.theme_ids, shares, strict=True)},
        same_side=space.same_side,
    )


def _found(hits: Sequence[search.Hit]) -> list[Found]:
    return [
        Found(
            kind=hit.kind,
            id=hit.object_id,
            title=hit.title,
            text=hit.text,
            language=hit.language,
            similarity=hit.similarity,
            hubness=hit.hubness,
            coverage=hit.coverage,
            words=hit.words,
            themes=hit.themes,
            theme_shares=shares,
        )
        for hit, shares in zip(hits, _guessed_themes(hits), strict=True)
    ]


def _guessed_themes(hits: Sequence[search.Hit]) -> list[dict[str, float]]:
    """For each hit the themes that its vector speaks of, with their share; in one go, since there are many."""
    space = vectors.space()
    if not space.theme_ids or not hits:
        return [{} for _ in hits]
    matrix = np.stack(
        [np.zeros(space.dimensions) if hit.vector is None else hit.vector[: space.dimensions] for hit in hits]
    )
    shares = theme_shares(space, matrix.astype(np.float32))
    return [{space.theme_ids[column]: float(row[column]) for column in np.flatnonzero(row > 0.02)} for row in shares]


def _facts(city: CityCard) -> CityFacts:
    return CityFacts(
        city.id, city.name_for(get_language() or "en"), city.slug, city.country, city.languages, city.population
    )


def _with_phrases(question: Question, hits: list[Scored], records: Mapping[UUID, Any], *, reader: str) -> list[Scored]:
    """The best few hits with their sentence that comes nearest to the question, in the version a reader gets."""
    quotable = [_quotable(records[scored.found.id], reader=reader) for scored in hits[:WITH_PHRASES]]
    raw = vectors.kept_raw(sentence for sentences, _language in quotable for sentence in sentences)
    means = vectors.means_in_use()
    asked = vectors.corrected(
        vectors.query_raw(question.text)[None], kind=question.kind, language=question.language, means=means
    )[0]
    explained = []
    for scored, (sentences, language) in zip(hits, quotable, strict=False):
        if not sentences:
            explained.append(scored)
            continue
        own = np.stack([raw[sentence] for sentence in sentences])
        rows = vectors.corrected(own, kind=scored.found.kind, language=language, means=means)
        nearest = sentences[int((rows @ asked).argmax())]
        explained.append(replace(scored, found=replace(scored.found, phrase=shorten(nearest, limit=140))))
    return explained + hits[WITH_PHRASES:]


def _quotable(record: Record, *, reader: str) -> tuple[list[str], str]:
    """The first sentences of a record, and their language. Only words of people are quoted."""
    text = read(human_versions(record.text), reader=reader, original=record.language)
    return [part for part in _SENTENCE.split(text.text) if len(part) > 20][:6], text.language


def _worded(asked: Asked, scored: Scored, records: Mapping[UUID, Any], *, reader: str) -> MatchHit:
    record: Problem | Solution = records[scored.found.id]
    title = read(record.title, reader=reader, original=record.language)
    text = read(record.text, reader=reader, original=record.language)
    original = replace(scored, found=replace(scored.found, language=record.language))
    told = tuple(matching.reasons(asked, scored))
    return MatchHit(
        kind=scored.found.kind,
        id=record.id,
        code=record.code,
        title=title.text,
        excerpt=shorten(text.text, limit=220),
        shown_language=title.language,
        language=record.language,
        city=scored.found.city.name if scored.found.city else "",
        city_slug=scored.found.city.slug if scored.found.city else "",
        country=scored.found.city.country if scored.found.city else "",
        score=scored.score,
        reasons=_sentences(told, reader),
        differs=_sentences(matching.differences(asked, original), reader),
        themes=tuple(record.themes),
        stage=getattr(record, "stage", ""),
        solution_kind=getattr(record, "kind", ""),
        used_in=tuple(city.name for city in scored.found.used_in),
        terms=scored.terms.as_dict(),
        is_machine=title.is_machine or text.is_machine,
        told=told,
        from_node=from_node_of(record),
    )


def _sentences(told: Sequence[Reason], reader: str) -> tuple[str, ...]:
    return tuple(wording.sentence(reason, language=reader) for reason in told)


def _city_worded(asked: Asked, scored: matching.CityScored, records: Mapping[UUID, Any], *, reader: str) -> CityHit:
    told = []
    for group, code in ((scored.solutions, "has_solution"), (scored.problems, "has_problem")):
        for hit in group[:2]:
            record = records[hit.found.id]
            title = read(human_versions(record.title), reader=reader, original=record.language)
            told.append(Reason(code, {"title": title.text}))
    if scored.profile is not None:
        told.append(Reason("teaches", {"what": shorten(scored.profile.found.title, limit=120)}))
    found = Found("city", scored.city.id, "", "", asked.language, similarity=0.0, city=scored.city)
    probe = Scored(found, matching.Terms(0.0, 0.0, 0.0), scored.score)
    own_language = scored.city.languages[0] if scored.city.languages else asked.language
    probe = replace(probe, found=replace(found, language=own_language))
    placed = [reason for reason in matching.reasons(asked, probe) if reason.code in {"size", "country"}]
    return CityHit(
        id=scored.city.id,
        slug=scored.city.slug,
        name=scored.city.name,
        country=scored.city.country,
        score=scored.score,
        reasons=_sentences([*told, *placed], reader),
        differs=_sentences(matching.differences(asked, probe), reader),
    )
