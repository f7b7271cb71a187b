"""The match as pages, API and command line show it: search the one index, rank, and put it into words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, override

from citytandem.core.i18n import read
from citytandem.core.node import this_node
from citytandem.core.text import MAX_QUERY, clean_text, shorten
from citytandem.partnerships.contract import CityCard, cities_by_id
from citytandem.search import selectors as search
from citytandem.search import vectors
from citytandem.search.detect import detect_language
from citytandem.search.space import theme_shares
from citytandem.streams import matching, wording
from citytandem.streams.contract import CityHit, Match, MatchHit
from citytandem.streams.matching import Asked, CityFacts, Found, Reason, Scored
from citytandem.streams.models import Problem, Record, Solution
from citytandem.streams.selectors import records_by_id
from citytandem.streams.weighting import weights_in_use

CANDIDATES = 60
WITH_PHRASES = 3
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
    return Question(text=cleaned, language=language or detect_language(cleaned, hint=hint), kind=kind, city=this_node().home_city)


def question_of_record(record: Record) -> Question:
    """A record asks with its original words."""
    title = read(record.title, reader=record.language, original=record.language)
    text = read(record.text, reader=title.language, original=record.language)
    return Question(
        text=vectors.embeddable(title.text, text.text),
        language=title.language,
        kind="solution" if isinstance(record, Solution) else "problem",
        themes=tuple(record.themes),
        city=record.city,
        exclude=record.id,
    )


def match(question: Question, *, reader: str = "", top: int = 5, phrases: bool = True, public_only: bool = True) -> Match:
    """Ranked solutions, like problems and cities worth asking, worded in the reader's language."""
    language = reader or get_language() or "en"
    with override(language):
        if not question.text.strip():
            return Match(question.text, question.language, question.kind, (), (), (), False, ())
        return _match(question, reader=language, top=top, phrases=phrases, public_only=public_only)


def ranked(question: Question, *, kind: str, limit: int = CANDIDATES, public_only: bool = True) -> list[Scored]:
    """The bare ranking of one kind: what `evaluate` measures, and what the pages show the top of."""
    query = _prepared(question)
    asked = _asked(question, query, {})
    found = _candidates(query, kind=kind, limit=limit, public_only=public_only, exclude=question.exclude)
    return matching.rank(asked, _found(found, {}, {}), weights=weights_in_use())


def _match(question: Question, *, reader: str, top: int, phrases: bool, public_only: bool) -> Match:
    query = _prepared(question)
    hits = {
        kind: _candidates(query, kind=kind, limit=CANDIDATES, public_only=public_only, exclude=question.exclude)
        for kind in ("solution", "problem", "city")
    }
    records = {kind: records_by_id([hit.object_id for hit in hits[kind]], kind=kind) for kind in ("solution", "problem")}
    used_in = {record.id: [use.city for use in record.uses.all()] for record in records["solution"].values()}
    involved = [hit.city for group in hits.values() for hit in group]
    involved += [city for cities in used_in.values() for city in cities] + [question.city]
    cities = cities_by_id(involved)
    asked = _asked(question, query, cities)
    weights = weights_in_use()
    known = {**records["solution"], **records["problem"]}
    ranking = {
        kind: [
            scored
            for scored in matching.rank(asked, _found(group, known, cities, used_in), weights=weights)
            if kind == "city" or scored.found.id in known
        ]
        for kind, group in hits.items()
    }
    good = {kind: [scored for scored in group if scored.fits] for kind, group in ranking.items()}
    worth_asking = matching.cities_worth_asking(
        asked, solutions=good["solution"][:10], problems=good["problem"][:10], profiles=good["city"][:10], most=top
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
        themes=tuple(asked.themes) or tuple(t for t, share in sorted(asked.theme_shares.items(), key=lambda x: -x[1]) if share > 0.3)[:3],
    )


def _prepared(question: Question) -> search.Query:
    return search.prepare(question.text, language=question.language, kind=question.kind)


def _candidates(
    query: search.Query, *, kind: str, limit: int, public_only: bool, exclude: UUID | None
) -> list[search.Hit]:
    near = search.nearest(query, kind=kind, limit=limit, public_only=public_only)
    words = search.sharing_words(query, kind=kind, limit=limit // 2, public_only=public_only)
    merged: dict[tuple[UUID, str], search.Hit] = {(hit.object_id, hit.language): hit for hit in near}
    for hit in words:
        key = (hit.object_id, hit.language)
        known = merged.get(key)
        merged[key] = replace(known, coverage=hit.coverage, words=hit.words) if known else hit
    return [hit for hit in merged.values() if hit.object_id != exclude]


def _asked(question: Question, query: search.Query, cities: Mapping[UUID, CityCard]) -> Asked:
    space = vectors.space()
    shares = theme_shares(space, query.vector[None, : space.dimensions])[0] if len(space.theme_ids) else []
    home = cities.get(question.city) if question.city else None
    return Asked(
        text=question.text,
        language=question.language,
        kind=question.kind,
        hubness=query.hubness,
        themes=question.themes,
        theme_shares={theme: float(share) for theme, share in zip(space.theme_ids, shares, strict=True)},
        city=_facts(home) if home else None,
    )


def _found(
    hits: Sequence[search.Hit],
    records: Mapping[UUID, Any],
    cities: Mapping[UUID, CityCard],
    used_in: Mapping[UUID, Sequence[UUID]] | None = None,
) -> list[Found]:
    space = vectors.space()
    found = []
    for hit in hits:
        shares = theme_shares(space, hit.vector[None, : space.dimensions])[0] if hit.vector is not None and space.theme_ids else []
        record = records.get(hit.object_id)
        owner = cities.get(hit.city) if hit.city else None
        users = [cities[city] for city in (used_in or {}).get(hit.object_id, ()) if city in cities]
        found.append(
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
                theme_shares={theme: float(share) for theme, share in zip(space.theme_ids, shares, strict=True)},
                city=_facts(owner) if owner else None,
                used_in=tuple(_facts(user) for user in users),
                stage=getattr(record, "stage", ""),
                needs=tuple(getattr(record, "frame_conditions", None) or ()),
                standards=tuple(getattr(record, "standards", None) or ()),
            )
        )
    return found


def _facts(city: CityCard) -> CityFacts:
    return CityFacts(city.id, city.name, city.slug, city.country, city.languages, city.population)


def _with_phrases(question: Question, hits: list[Scored], records: Mapping[UUID, Any], *, reader: str) -> list[Scored]:
    """The best few hits with that sentence of theirs that comes nearest to the question, in the version a reader gets."""
    means = vectors.means_in_use()
    asked = vectors.corrected(vectors.query_raw(question.text)[None], kind=question.kind, language=question.language, means=means)[0]
    explained = []
    for scored in hits[:WITH_PHRASES]:
        record = records[scored.found.id]
        text = read(record.text, reader=reader, original=record.language)
        sentences = [part for part in _SENTENCE.split(text.text) if len(part) > 20][:6]
        if not sentences:
            explained.append(scored)
            continue
        rows = vectors.corrected(_sentence_vectors(sentences), kind=scored.found.kind, language=text.language, means=means)
        nearest = sentences[int((rows @ asked).argmax())]
        explained.append(replace(scored, found=replace(scored.found, phrase=shorten(nearest, limit=140))))
    return explained + hits[WITH_PHRASES:]


def _sentence_vectors(sentences: Sequence[str]) -> vectors.Matrix:
    """Vectors of sentences of stored records, computed once and kept."""
    import numpy as np

    hashes = [vectors.text_hash(sentence, "") for sentence in sentences]
    known = vectors.cached_raw(hashes)
    missing = {key: sentence for key, sentence in zip(hashes, sentences, strict=True) if key not in known}
    if missing:
        fresh = dict(zip(missing, vectors.raw_vectors(list(missing.values())), strict=True))
        vectors.keep_raw(fresh)
        known |= fresh
    return np.stack([known[key] for key in hashes])


def _worded(asked: Asked, scored: Scored, records: Mapping[UUID, Any], *, reader: str) -> MatchHit:
    record: Problem | Solution = records[scored.found.id]
    title = read(record.title, reader=reader, original=record.language)
    text = read(record.text, reader=reader, original=record.language)
    original = replace(scored, found=replace(scored.found, language=record.language))
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
        reasons=_sentences(matching.reasons(asked, scored), reader),
        differs=_sentences(matching.differences(asked, original), reader),
        themes=tuple(record.themes),
        stage=getattr(record, "stage", ""),
        solution_kind=getattr(record, "kind", ""),
        used_in=tuple(city.name for city in scored.found.used_in),
        terms=scored.terms.as_dict(),
    )


def _sentences(told: Sequence[Reason], reader: str) -> tuple[str, ...]:
    return tuple(wording.sentence(reason, language=reader) for reason in told)


def _city_worded(asked: Asked, scored: matching.CityScored, records: Mapping[UUID, Any], *, reader: str) -> CityHit:
    told = []
    for group, code in ((scored.solutions, "has_solution"), (scored.problems, "has_problem")):
        for hit in group[:2]:
            record = records[hit.found.id]
            told.append(Reason(code, {"title": read(record.title, reader=reader, original=record.language).text}))
    if scored.profile is not None:
        told.append(Reason("teaches", {"what": shorten(scored.profile.found.title, limit=120)}))
    probe = Scored(
        replace(scored.profile.found, city=scored.city) if scored.profile else Found("city", scored.city.id, "", "", asked.language, 0.0, city=scored.city),
        matching.Terms(0.0, 0.0, 0.0),
        scored.score,
    )  # fmt: skip
    own_language = scored.city.languages[0] if scored.city.languages else asked.language
    probe = replace(probe, found=replace(probe.found, language=own_language, words=(), themes=(), theme_shares={}))
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
