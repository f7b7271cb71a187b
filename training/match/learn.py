"""Learn the parameters of the match from the sentences beside this file; deterministic, a few minutes, no network.

    python training/match/learn.py [--cache FILE]

Writes `src/citytandem/search/space.npz` and `src/citytandem/streams/weights.json`, and prints what cross-validation by
topic says. Nothing here reads any evaluation data.

1. Means per side (problem, solution) and language.
2. A linear map by regularised discriminant analysis (Fisher 1936; shrinkage as in Friedman 1989): every topic is a
   class, its members are the problem and the solution in nine languages. What differs within a topic (language, voice,
   complaint or remedy) is pressed flat, what differs between topics is kept.
3. One logistic regression per theme on corrected vectors.
4. Weights of the fusion by logistic regression on held-out topics, with pools as a node has them: a hit is useful if
   it was made for the problem, or if it was judged so (`judgements.tsv`).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "src"))

from citytandem.core.languages import LANGUAGES
from citytandem.search.embedder import BuiltIn
from citytandem.search.lexical import terms
from citytandem.search.space import NEIGHBOURS, Space, correct, hubness, theme_shares
from citytandem.streams.matching import STATED

Array = NDArray[np.float64]
SHRINKAGE = 0.4
DIMENSIONS = 256
NOISE = 2.0
PRIOR = 3.0
SEED = 20260101
LEAST = 12


@dataclass(frozen=True)
class Corpus:
    """vectors: (topics, 2 sides, 9 languages, 384); themes: one id per topic; texts: as vectors."""

    vectors: Array
    themes: list[str]
    texts: NDArray[np.object_]


def read_corpus(cache: Path) -> tuple[Corpus, Array]:
    """Parallel problem-solution topics, and the labels (l, 9, 384)."""
    rows = []
    for path in sorted({*HERE.glob("*.tsv")} - {HERE / "judgements.tsv"}):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    known = _embedded([row["text"] for row in rows], cache)
    groups: dict[str, dict[tuple[str, str], str]] = {}
    themes: dict[str, str] = {}
    for row in rows:
        groups.setdefault(row["topic"], {})[row["kind"], row["lang"]] = row["text"]
        themes[row["topic"]] = row["theme"]
    wanted = [("problem", code) for code in LANGUAGES] + [("solution", code) for code in LANGUAGES]
    full = [topic for topic in groups if all(key in groups[topic] for key in wanted)]
    texts = np.array(
        [[[groups[t][side, code] for code in LANGUAGES] for side in ("problem", "solution")] for t in full],
        dtype=object,
    )
    vectors = np.array([[[known[text] for text in side] for side in topic] for topic in texts])
    labelled = [topic for topic in groups if all(("label", code) in groups[topic] for code in LANGUAGES)]
    labels = np.array([[known[groups[t]["label", code]] for code in LANGUAGES] for t in labelled])
    return Corpus(vectors, [themes[topic] for topic in full], texts), labels


def _embedded(texts: list[str], cache: Path) -> dict[str, NDArray[np.float32]]:
    known: dict[str, NDArray[np.float32]] = {}
    if cache.exists():
        with np.load(cache, allow_pickle=False) as data:
            known = dict(zip(data["texts"].tolist(), data["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    embedder = BuiltIn()
    for start in range(0, len(missing), 200):
        part = missing[start : start + 200]
        known |= dict(zip(part, embedder.embed(part), strict=True))
        print(f"embedded {start + len(part)} of {len(missing)}", file=sys.stderr)
    if missing:
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return known


def learn_map(vectors: Array, labels: Array) -> tuple[Array, Array]:
    """Means (2, 9, 384) and projection (384, d) of topics and labels."""
    means = vectors.mean(axis=0)
    centred = vectors - means
    topics = centred.mean(axis=(1, 2), keepdims=True)
    within = (centred - topics).reshape(-1, centred.shape[-1])
    between = [topics.reshape(-1, centred.shape[-1])]
    scatter = [within]
    if len(labels):
        own = labels - labels.mean(axis=0)
        concept = own.mean(axis=1, keepdims=True)
        scatter.append((own - concept).reshape(-1, own.shape[-1]))
        between.append(concept.reshape(-1, own.shape[-1]))
    inside = np.mean([part.T @ part / len(part) for part in scatter], axis=0)
    outside = np.mean([part.T @ part / len(part) for part in between], axis=0)
    size = len(inside)
    shrunk = (1 - SHRINKAGE) * inside + SHRINKAGE * np.trace(inside) / size * np.eye(size)
    values, axes = np.linalg.eigh(shrunk)
    whiten = axes / np.sqrt(values)
    ratios, turned = np.linalg.eigh(whiten.T @ outside @ whiten)
    order = np.argsort(-ratios)[:DIMENSIONS]
    kept = np.maximum(ratios[order], 0)
    # Axes on which topics hardly differ count less (Wiener-like weight between / (between + noise)).
    return means, whiten @ turned[:, order] * np.sqrt(kept / (kept + NOISE))


def learn_themes(corrected: Array, themes: list[str]) -> tuple[list[str], Array, Array]:
    """Ids, directions (t, d) and biases (t,) of one-against-all logistic regressions."""
    from sklearn.linear_model import LogisticRegression

    ids = sorted({theme for theme in themes if themes.count(theme) >= 2})
    flat = corrected.reshape(-1, corrected.shape[-1])
    repeat = corrected.shape[1] * corrected.shape[2]
    named = np.repeat(np.array(themes), repeat)
    directions, biases = [], []
    for theme in ids:
        model = LogisticRegression(C=3.0, max_iter=400)
        model.fit(flat, named == theme)
        directions.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return ids, np.array(directions), np.array(biases)


def same_side(space: Space, problems: Array, solutions: Array) -> tuple[float, float]:
    """Slope and offset that bring the similarity of two problems onto the scale of a problem and a solution.

    Two problems are alike in tone whatever they are about; without this any problem would look like any other.
    """
    asking = hubness(space, problems, kind="problem")
    across = problems @ solutions.T - (asking[:, None] + hubness(space, solutions, kind="solution", seen=problems)) / 2
    within = problems @ problems.T - (asking[:, None] + hubness(space, problems, kind="problem", seen=solutions)) / 2
    unrelated = ~np.eye(len(problems), dtype=bool)
    slope = across[unrelated].std() / within[unrelated].std()
    return float(slope), float(across[unrelated].mean() - slope * within[unrelated].mean())


def build_space(corpus: Corpus, labels: Array) -> Space:
    """The whole space from (a part of) the corpus."""
    means, projection = learn_map(corpus.vectors, labels)
    moved = (corpus.vectors - means) @ projection
    corrected = moved / np.linalg.norm(moved, axis=-1, keepdims=True)
    ids, directions, biases = learn_themes(corrected, corpus.themes)
    # Every third sentence of each side stands for "all there could be".
    background = np.stack([corrected[:, side].reshape(-1, corrected.shape[-1])[::3] for side in (0, 1)])
    return Space(
        embedder=BuiltIn.name,
        languages=LANGUAGES,
        means=means.astype(np.float32),
        projection=projection.astype(np.float32),
        background=background.astype(np.float32),
        theme_ids=tuple(ids),
        themes=directions.astype(np.float32),
        theme_bias=biases.astype(np.float32),
        prior=PRIOR,
        same_side=(1.0, 0.0),
        version=hashlib.blake2b(projection.tobytes(), digest_size=4).hexdigest(),
    )


def fold_terms(
    space: Space, corpus: Corpus, rng: np.random.Generator, *, rounds: int
) -> tuple[Array, Array, Array, Array]:
    """Held-out topics, languages drawn anew each round: terms (n, 3), useful (n,), ranks, same_side (r, 2)."""
    rows, useful, ranks = [], [], []
    count = len(corpus.vectors)
    sides = []
    for number in range(2 * rounds):
        asked = rng.integers(0, len(LANGUAGES), count)
        # Half of the rounds across languages, half within one, where words count too.
        told = (asked + rng.integers(1, len(LANGUAGES), count)) % len(LANGUAGES) if number % 2 else asked
        problems = np.stack(
            [correct(space, corpus.vectors[i, 0, a], space.means[0, a])[0] for i, a in enumerate(asked)]
        )
        solutions = np.stack(
            [correct(space, corpus.vectors[i, 1, t], space.means[1, t])[0] for i, t in enumerate(told)]
        )
        # As on a node: a question is measured against the reference texts, an entry against the index as well.
        asking = hubness(space, problems, kind="problem")[:, None]
        near = (asking + hubness(space, solutions, kind="solution", seen=problems)) / 2
        similarity = problems @ solutions.T - near
        sides.append(same_side(space, problems, solutions))
        guessed = theme_shares(space, problems), theme_shares(space, solutions)
        themes = _theme_agreement(guessed[0], _with_stated(guessed[1], space, corpus.themes, rng))
        truth = np.eye(count, dtype=bool) | judged_useful(corpus)
        # What a reader sees are the first ten hits; calibration is about those.
        top = np.argsort(-similarity, axis=1)[:, :10]
        words = _coverage(corpus, asked, told)
        for i in range(count):
            for j in top[i]:
                rows.append([similarity[i, j], themes[i, j], words[i, j]])
                useful.append(truth[i, j])
        if number % 2:
            ranks += ((similarity > np.diag(similarity)[:, None]).sum(axis=1) + 1).tolist()
    return np.array(rows), np.array(useful), np.array(ranks), np.array(sides)


def _with_stated(guessed: Array, space: Space, themes: list[str], rng: np.random.Generator) -> Array:
    """As on a node, where half of what is offered carries a theme that people gave it (see `matching._profile`)."""
    profile = guessed.copy()
    for row, theme in enumerate(themes):
        if theme in space.theme_ids and rng.random() < 0.5:
            column = space.theme_ids.index(theme)
            profile[row, column] = max(profile[row, column], STATED)
    return profile


def _coverage(corpus: Corpus, asked: NDArray[np.int64], told: NDArray[np.int64]) -> Array:
    """Share of the rare words of each problem that each solution of its language holds, as the index has it."""
    mine = [set(terms(str(corpus.texts[i, 0, a]), LANGUAGES[a])) for i, a in enumerate(asked)]
    theirs = [set(terms(str(corpus.texts[i, 1, t]), LANGUAGES[t])) for i, t in enumerate(told)]
    counts: dict[str, int] = {}
    for words in [*mine, *theirs]:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    total = 2 * len(mine)
    coverage = np.zeros((len(mine), len(theirs)))
    for i, words in enumerate(mine):
        rare = sorted(words, key=lambda word: (counts[word], word))[:8]
        weights = {word: np.log(1 + total / counts[word]) for word in rare}
        for j, other in enumerate(theirs):
            coverage[i, j] = sum(weight for word, weight in weights.items() if word in other)
        coverage[i] /= sum(weights.values()) or 1
    return coverage


def judged_useful(corpus: Corpus) -> NDArray[np.bool_]:
    """(topics, topics) pairs of different topics that were judged useful all the same (`judgements.tsv`)."""
    english = LANGUAGES.index("en")
    problems = {text: row for row, text in enumerate(corpus.texts[:, 0, english])}
    solutions = {text: row for row, text in enumerate(corpus.texts[:, 1, english])}
    useful = np.zeros((len(corpus.texts), len(corpus.texts)), dtype=bool)
    with (HERE / "judgements.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["useful"] == "1" and row["problem"] in problems and row["solution"] in solutions:
                useful[problems[row["problem"]], solutions[row["solution"]]] = True
    return useful


def _theme_agreement(mine: Array, theirs: Array) -> Array:
    mine, theirs = np.where(mine > 0.02, mine, 0), np.where(theirs > 0.02, theirs, 0)
    # As `matching.theme_agreement`: a question of no clear theme gains nothing by themes.
    lengths = np.maximum(STATED, np.linalg.norm(mine, axis=1))[:, None] * np.linalg.norm(theirs, axis=1)
    return mine @ theirs.T / np.where(lengths > 0, lengths, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=ROOT / "var" / "training.npz")
    options = parser.parse_args()
    corpus, labels = read_corpus(options.cache)
    print(f"{len(corpus.vectors)} topics, {len(labels)} labels")
    rng = np.random.default_rng(SEED)
    shuffled = rng.permutation(len(corpus.vectors))
    parts = []
    for fold in range(5):
        held = shuffled[fold::5]
        rest = np.setdiff1d(shuffled, held)
        space = build_space(_part(corpus, rest), labels)
        parts.append(fold_terms(space, _part(corpus, held), rng, rounds=4))
    rows, useful, ranks, sides = (np.concatenate(part) for part in zip(*parts, strict=True))
    for depth in (1, 5, 10):
        print(f"held-out topics, pools of {len(shuffled) // 5}: recall@{depth} {(ranks <= depth).mean():.3f}")
    weights = learn_weights(rows, useful)
    print("weights", weights)
    slope, offset = sides.mean(axis=0)
    print(f"same side: {slope:.3f} x {offset:+.3f}")
    space = replace(build_space(corpus, labels), same_side=(float(slope), float(offset)))
    scores = scores_of(rows, weights)
    save(space, weights, calibrate(scores, useful), reliability(scores, useful))


def _part(corpus: Corpus, chosen: NDArray[np.int64]) -> Corpus:
    return Corpus(corpus.vectors[chosen], [corpus.themes[i] for i in chosen], corpus.texts[chosen])


def learn_weights(rows: Array, useful: Array) -> dict[str, float]:
    """Logistic regression on similarity, theme and words."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=100.0, max_iter=1000)
    model.fit(rows, useful)
    similarity, theme, words = (max(float(value), 0.0) for value in model.coef_[0])
    return {"bias": float(model.intercept_[0]), "similarity": similarity, "theme": theme, "words": words}


def scores_of(rows: Array, weights: dict[str, float]) -> Array:
    """(n,) what the logistic says of rows of terms."""
    logits = weights["bias"] + rows @ np.array([weights["similarity"], weights["theme"], weights["words"]])
    return np.asarray(1 / (1 + np.exp(-logits)))


def calibrate(scores: Array, useful: Array) -> dict[str, list[float]]:
    """Points of an isotonic regression; the logistic is too sure of its few highest scores.

    Each level part of the regression becomes one point at its middle, so that between two of them a higher score is
    worth more. Its worth is (useful + 1) / (hits + 2) (Laplace's rule of succession): ten useful hits of ten do not
    prove that the next one will be. Parts of fewer than LEAST hits are taken together with the one below.
    """
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(scores, kind="stable")
    said, truth = scores[order], useful[order].astype(float)
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0).fit_transform(said, truth)
    starts = [0]
    for start in np.flatnonzero(np.diff(fitted)) + 1:
        if start - starts[-1] >= LEAST and len(said) - start >= LEAST:
            starts.append(int(start))
    parts = [slice(start, end) for start, end in zip(starts, [*starts[1:], len(said)], strict=True)]
    middle = [0.0, *(float(said[part].mean()) for part in parts)]
    worth = [0.0, *(float((truth[part].sum() + 1) / (len(truth[part]) + 2)) for part in parts)]
    return {"said": np.round(middle, 4).tolist(), "true": np.round(np.maximum.accumulate(worth), 4).tolist()}


def reliability(scores: Array, useful: Array) -> list[dict[str, float]]:
    """Share of useful hits per tenth of the calibrated score; each half is judged by points fitted on the other."""
    halves = np.arange(len(scores)) * 2 // len(scores)
    judged = np.empty_like(scores)
    for half in (0, 1):
        points = calibrate(scores[halves != half], useful[halves != half])
        judged[halves == half] = np.interp(scores[halves == half], points["said"], points["true"])
    table = []
    for low in np.arange(0, 1, 0.1):
        inside = (judged >= low) & (judged < low + 0.1)
        if inside.sum() >= 10:
            table.append(
                {
                    "score": round(float(judged[inside].mean()), 3),
                    "useful": round(float(useful[inside].mean()), 3),
                    "hits": int(inside.sum()),
                }
            )
    return table


def save(
    space: Space, weights: dict[str, float], points: dict[str, list[float]], table: list[dict[str, float]]
) -> None:
    """Write both files; 16 bits carry all there is to know."""
    np.savez_compressed(
        ROOT / "src/citytandem/search/space.npz",
        embedder=space.embedder,
        languages=np.array(space.languages),
        means=space.means.astype(np.float16),
        projection=space.projection.astype(np.float32),
        background=space.background.astype(np.float16),
        theme_ids=np.array(space.theme_ids),
        themes=space.themes.astype(np.float16),
        theme_bias=space.theme_bias.astype(np.float16),
        prior=space.prior,
        same_side=np.array(space.same_side),
        version=space.version,
        neighbours=NEIGHBOURS,
    )
    path = ROOT / "src/citytandem/streams/weights.json"
    content = {
        "weights": {name: round(value, 4) for name, value in weights.items()},
        "calibration": points,
        "reliability": table,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(table))


if __name__ == "__main__":
    main()
