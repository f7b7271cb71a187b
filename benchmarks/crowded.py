"""A node after three busy years: 100,000 problems, 300,000 comments, 50,000 people, made by SQL in about a minute.

Everything is drawn with a fixed seed. The texts repeat (400 of them), the numbers, times and places do not.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

PEOPLE, PROBLEMS, SOLUTIONS, COMMENTS = 50_000, 100_000, 20_000, 300_000
ORGANISATIONS, FOLLOWINGS, NOTICES, CASES, LINKS = 2_000, 100_000, 200_000, 20_000, 30_000
_DEPARTMENTS = ("waste", "traffic", "buildings", "green", "digital")
_WORDS = {
    "de": ("Mülleimer", "quellen über", "Laterne", "flackert", "Radweg", "ist gesperrt", "Schule", "Spielplatz"),
    "en": ("Bins", "overflow", "Street lamp", "flickers", "Cycle path", "is blocked", "school", "playground"),
    "fr": ("Poubelles", "débordent", "Réverbère", "clignote", "Piste cyclable", "est fermée", "école", "jeux"),
    "el": ("Κάδοι", "ξεχειλίζουν", "Φανάρι", "τρεμοπαίζει", "Ποδηλατόδρομος", "είναι κλειστός", "σχολείο", "παιδική χαρά"),
    "bg": ("Кошове", "преливат", "Лампа", "мига", "Велоалея", "е затворена", "училище", "площадка"),
}  # fmt: skip

# An id that sorts by time, as `core.ids.uuid7` makes them; the same for the same number.
_FUNCTIONS = """
CREATE FUNCTION bench_id(at timestamptz, n bigint, salt text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt || n), 1, 3)
            || '8' || substr(md5(salt || n), 4, 15))::uuid $$;
CREATE FUNCTION bench_code(n bigint, salt text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(substr(md5(salt || n), 1, 10), '01', 'xy') $$;
CREATE TABLE bench_text (n int PRIMARY KEY, language text, title jsonb, body jsonb, words tsvector, plain text);
CREATE TABLE bench_place (n int PRIMARY KEY, city uuid);
CREATE TABLE bench_theme (n int PRIMARY KEY, theme text);
"""

# Django gives no defaults to the database: columns that are new since this was written get something plain.
_DEFAULTS = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT table_name, column_name, udt_name FROM information_schema.columns
        WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
          AND udt_name IN ('text', 'varchar', 'bool', 'int2', 'int4', 'int8', 'jsonb', '_varchar')
          AND table_name ~ '^(accounts|streams|conversation|notifications|moderation)_' LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT %L', one.table_name, one.column_name,
            CASE one.udt_name WHEN 'bool' THEN 'false' WHEN 'jsonb' THEN '{}' WHEN '_varchar' THEN '{}'
                 WHEN 'text' THEN '' WHEN 'varchar' THEN '' ELSE '0' END);
    END LOOP;
END $$;
"""

_PEOPLE = """
INSERT INTO accounts_person (id, email, name, password, language, is_demo, is_active, created_at)
SELECT bench_id('2020-01-01', n, 'person'), 'person-' || n || '@test.example', 'Person ' || n, '!', 'de',
       false, true, now() - random() * interval '3 years'
FROM generate_series(1, %(people)s) AS n;

INSERT INTO accounts_organisation (id, slug, name, kind, about, language, email, telephone, url, is_confirmed, created_at)
SELECT bench_id('2020-01-01', n, 'organisation'), 'organisation-' || n, 'Organisation ' || n,
       (ARRAY['association', 'firm', 'start_up', 'science'])[1 + n %% 4],
       '{"de": {"text": "Wir helfen.", "by": "human"}}', 'de', '', '', '', n %% 20 > 0, now()
FROM generate_series(1, %(organisations)s) AS n;
"""

# Four in five are told to the city itself; most are answered after some days, half of them solved.
_PROBLEMS = """
INSERT INTO streams_problem (
    id, code, language, title, text, themes, city, partnership, place_kind, place_name, latitude, longitude, visibility,
    basis, moderation, source, created_at, changed_at, version, status, sender, affected, evidence, created_by_id,
    organisation_id, department_id, due_on, answered_at, solved_at)
SELECT id, bench_code(made.n, 'problem'), t.language, t.title, t.body, themes, p.city, '', place_kind, place_name,
       51.2 + random() / 3, 6.4 + random() / 3, visibility, '', moderation, '{}', at, at, 1,
       CASE WHEN solved IS NOT NULL THEN 'solved' WHEN answered IS NOT NULL THEN 'matched' ELSE 'open' END,
       'resident', '{}', '', bench_id('2020-01-01', who, 'person'),
       CASE WHEN made.n %% 20 = 0 THEN bench_id('2020-01-01', 1 + made.n %% 1900, 'organisation') END,
       department, (at + interval '14 days')::date, answered, solved
FROM (
    SELECT n, at, bench_id(at, n, 'problem') AS id, 1 + floor(power(random(), 2) * 399)::int AS text_n,
           CASE WHEN random() < 0.8 THEN 0 ELSE 1 + floor(random() * 15)::int END AS place_n,
           ARRAY(SELECT theme FROM bench_theme WHERE bench_theme.n IN (drawn.n %% 60, drawn.n %% 7, (drawn.n * 7) %% 31) ORDER BY random()) AS themes,
           (ARRAY['city', 'point'])[1 + n %% 2] AS place_kind, 'Street ' || n %% 500 AS place_name,
           CASE WHEN r < 0.9 THEN 'public' WHEN r < 0.95 THEN 'internal' WHEN r < 0.97 THEN 'partners' ELSE 'draft' END AS visibility,
           CASE WHEN s < 0.97 THEN '' WHEN s < 0.99 THEN 'held' ELSE 'removed' END AS moderation,
           1 + floor(power(random(), 1.5) * (%(people)s - 1))::int AS who,
           (%(departments)s::uuid[])[1 + n %% 5] AS department,
           CASE WHEN random() < 0.8 AND at + wait < now() THEN at + wait END AS answered,
           CASE WHEN random() < 0.45 AND at + 3 * wait < now() THEN at + 3 * wait END AS solved
    FROM (SELECT n, now() - random() * interval '3 years' AS at, random() AS r, random() AS s,
                 -ln(1 - random()) * interval '9 days' AS wait
          FROM generate_series(1, %(problems)s) AS n) AS drawn) AS made
JOIN bench_text AS t ON t.n = made.text_n LEFT JOIN bench_place AS p ON p.n = made.place_n;

INSERT INTO search_entry (kind, object_id, language, is_original, title, text, text_hash, themes, city, country,
                          is_public, words, embedded_with, hubness, changed_at)
SELECT 'problem', p.id, p.language, true, p.title->p.language->>'text', '', decode(md5(p.id::text), 'hex'), p.themes, p.city,
       'DE', p.visibility = 'public', t.words, '', 0, p.changed_at
FROM streams_problem AS p JOIN bench_text AS t ON t.title = p.title WHERE p.moderation = '' AND p.visibility <> 'draft' AND p.slug IS NULL;
"""

_SOLUTIONS = """
INSERT INTO streams_solution (
    id, code, language, title, text, themes, city, partnership, place_kind, place_name, visibility, basis, moderation,
    source, created_at, changed_at, version, kind, stage, provider, licence, cost_note, frame_conditions, standards,
    contact_role, reuse_notes, url, created_by_id)
SELECT bench_id(at, made.n, 'solution'), bench_code(made.n, 'solution'), t.language, t.title, t.body,
       ARRAY(SELECT theme FROM bench_theme WHERE bench_theme.n IN (made.n %% 60, made.n %% 7)), p.city, '', 'city', '', 'public', '', '',
       '{}', at, at, 1, (ARRAY['idea', 'product', 'open_source'])[1 + made.n %% 3], (ARRAY['', 'concept', 'in_use'])[1 + made.n %% 3], '', '',
       '', '{}', '{}', '', '', '', bench_id('2020-01-01', 1 + made.n %% %(people)s, 'person')
FROM (SELECT n, now() - random() * interval '3 years' AS at FROM generate_series(1, %(solutions)s) AS n) AS made
JOIN bench_text AS t ON t.n = 1 + made.n %% 399 LEFT JOIN bench_place AS p ON p.n = made.n %% 16;

INSERT INTO streams_link (id, problem_id, solution_id, maker, state, why, basis, score, created_at)
SELECT bench_id(now(), row_number() OVER (), 'link'), p.id, s.id, 'matcher',
       (ARRAY['suggested', 'confirmed', 'rejected'])[1 + (row_number() OVER ()) %% 3], '{}', '', random(), now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM streams_problem WHERE slug IS NULL LIMIT %(links)s) AS p
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM streams_solution WHERE slug IS NULL) AS s ON s.n = 1 + p.n %% 15000;
"""

# A few problems have hundreds of comments, most one or two.
_AROUND = """
INSERT INTO conversation_comment (id, kind, object_id, depth, role, is_pinned, language, text, author_id, visitor_name,
                                  question_to, moderation, created_at, published_at, told_at)
SELECT bench_id(at, made.n, 'comment'), 'problem', p.id, 0, 'comment', false, 'de', 'Das stimmt, auch bei uns. ' || made.n,
       bench_id('2020-01-01', 1 + made.n %% %(people)s, 'person'), '', '',
       CASE WHEN made.n %% 50 = 0 THEN 'held' ELSE '' END, at, at, at
FROM (SELECT n, now() - random() * interval '3 years' AS at, 1 + floor(power(random(), 4) * (%(problems)s - 1))::int AS about
      FROM generate_series(1, %(comments)s) AS n) AS made
JOIN (SELECT id, row_number() OVER (ORDER BY code) AS n FROM streams_problem) AS p ON p.n = made.about;

INSERT INTO conversation_following (id, person_id, kind, object_id, reason, is_muted, came_with, since)
SELECT bench_id(now() - random() * interval '1 year', n.n, 'following'),
       bench_id('2020-01-01', 1 + floor(power(random(), 6) * (%(people)s - 1))::int, 'person'), 'problem', p.id,
       'chosen', false, '{}', now() - random() * interval '1 year'
FROM generate_series(1, %(followings)s) AS n(n)
JOIN (SELECT id, row_number() OVER (ORDER BY code) AS n FROM streams_problem) AS p ON p.n = n.n
ON CONFLICT DO NOTHING;

INSERT INTO notifications_notice (id, person_id, address, language, kind, template, parameters, about_kind, about_id, path, why,
                                  once, state, in_digest, created_at, send_after, sent_at, is_new, tries, note, message_id, sent_to)
SELECT bench_id(at, made.n, 'notice'), bench_id('2020-01-01', 1 + floor(power(random(), 6) * (%(people)s - 1))::int, 'person'),
       '', '', 'comment', 'comment', '{}', 'problem', p.id, '', 'following', '', 'sent', false, at, at, at, made.n %% 3 = 0, 1, '', '', ''
FROM (SELECT n, now() - random() * interval '1 year' AS at FROM generate_series(1, %(notices)s) AS n) AS made
JOIN (SELECT id, row_number() OVER (ORDER BY code) AS n FROM streams_problem) AS p ON p.n = 1 + made.n %% %(problems)s;

INSERT INTO moderation_case (id, kind, object_id, origin, state, reasons, codes, language, text, author_id, opened_at, due_on, decided_at)
SELECT bench_id(at, row_number() OVER (), 'case'), 'problem', id, 'screening', CASE WHEN moderation = 'held' THEN 'open' ELSE 'decided' END,
       '[]', '{}', language, 'Text', created_by_id, at, (at + interval '7 days')::date,
       CASE WHEN moderation <> 'held' THEN at + interval '1 day' END
FROM (SELECT *, created_at AS at FROM streams_problem WHERE slug IS NULL ORDER BY moderation = 'held' DESC, id LIMIT %(cases)s) AS p;

INSERT INTO streams_change (kind, object_id, what, fields, reason, by_name, at)
SELECT 'problem', id, what, '{}', '', '', created_at FROM streams_problem, unnest(ARRAY['submitted', 'routed']) AS what WHERE slug IS NULL;
"""


def fill(home: Any) -> None:
    """Fill the database of a fresh demo node; `home` is the id of its city."""
    from django.core.cache import cache
    from django.db import connection

    began = time.monotonic()
    values = {
        "people": PEOPLE, "problems": PROBLEMS, "solutions": SOLUTIONS, "comments": COMMENTS, "links": LINKS,
        "organisations": ORGANISATIONS, "followings": FOLLOWINGS, "notices": NOTICES, "cases": CASES,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(_FUNCTIONS)
        cursor.execute(_DEFAULTS)
        cursor.executemany("INSERT INTO bench_text VALUES (%s, %s, %s, %s, %s::tsvector, %s)", _texts())
        cursor.executemany("INSERT INTO bench_place VALUES (%s, %s)", _places(home))
        cursor.executemany("INSERT INTO bench_theme VALUES (%s, %s)", _themes())
        values["departments"] = _departments(cursor)
        for name, statements in (
            ("people", _PEOPLE), ("problems", _PROBLEMS), ("solutions", _SOLUTIONS), ("comments and what goes with them", _AROUND),
        ):  # fmt: skip
            # Several statements at once need their values put in by the client.
            cursor.execute(_filled(statements, values))
            cursor.execute("ANALYZE")  # the next step joins what this one wrote
            print(f"  {name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        cursor.execute("VACUUM ANALYZE")
        print(f"  vacuum: {time.monotonic() - began:.0f} s", file=sys.stderr)
    cache.clear()


def _filled(statements: str, values: dict[str, Any]) -> str:
    told = {name: _literal(value) for name, value in values.items()}
    return statements % told


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "ARRAY[" + ", ".join(f"'{one}'" for one in value) + "]"


def _texts() -> list[tuple[Any, ...]]:
    from citytandem.search.lexical import tsvector_text

    rows = []
    for number in range(1, 401):
        language = list(_WORDS)[(number * 7) % 10 % 5]
        words = _WORDS[language]
        first, second = words[number % 3 * 2], words[number % 3 * 2 + 1]
        title = f"{first} {second} {words[6 + number % 2]} {number}"
        text = f"{title}. " * 6
        versions = [json.dumps({language: {"text": one, "by": "human"}}, ensure_ascii=False) for one in (title, text)]
        rows.append((number, language, *versions, tsvector_text(title, text, language), title))
    return rows


def _places(home: Any) -> Sequence[tuple[int, Any]]:
    from citytandem.partnerships.contract import city_choices

    others = [city.id for city in city_choices() if city.id != home][:14]
    return [(number, city) for number, city in enumerate([home, *others, None])]


def _themes() -> Sequence[tuple[int, str]]:
    from citytandem.core.themes import leaf_themes

    return [(number, theme.id) for number, theme in enumerate(leaf_themes())]


def _departments(cursor: Any) -> list[str]:
    """Those of the demo where it has some, so many at least as problems are given to."""
    cursor.execute("SELECT id FROM accounts_department ORDER BY slug LIMIT %s", [len(_DEPARTMENTS)])
    known = [str(row[0]) for row in cursor.fetchall()]
    for slug in _DEPARTMENTS[len(known) :]:
        cursor.execute(
            "INSERT INTO accounts_department (id, slug, name, about, language, email, telephone, themes, areas, service_days,"
            " is_fallback, is_active) VALUES (bench_id(now(), 1, %s), %s, %s, '{}', 'en', '', '', '{}', '[]', 10, false, true)"
            " RETURNING id",
            [slug, f"bench-{slug}", json.dumps({"en": {"text": slug.title(), "by": "human"}})],
        )
        known.append(str(cursor.fetchone()[0]))
    return known
