"""How good the match is: on pairs and code lists that no parameter is fitted to, against the raw vectors.

They were not blind, though: see docs/develop/match.md.

Both sides of the pairs are in the index, as on a node with two streams. The peers rank by the cosine of raw vectors,
and by that of vectors less the mean of their language.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import node, real_data

LANGUAGES = ("de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg")
HEADER = "id\ttopic\tlang_problem\tproblem\tlang_solution\tsolution\n"


def code_pairs(path: Path, *, codes: int, seed: int) -> str:
    """A TSV of `codes` labels of the EU's procurement vocabulary, each in two languages drawn at random."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rng = np.random.default_rng(seed)
    chosen = [rows[i] for i in rng.permutation(len(rows))[:codes]]
    one = rng.integers(0, 9, codes)
    other = (one + rng.integers(1, 9, codes)) % 9
    lines = [
        f"{i}\t{row['code']}\t{LANGUAGES[a]}\t{row[LANGUAGES[a]]}\t{LANGUAGES[b]}\t{row[LANGUAGES[b]]}\n"
        for i, (row, a, b) in enumerate(zip(chosen, one, other, strict=True))
    ]
    return HEADER + "".join(lines)


def peers(pairs: list) -> dict[str, list[float]]:
    """recall@1, @5, @10 by raw cosine, and less the mean of each language."""
    from citytandem.search import vectors

    asked = vectors.raw_vectors([pair.problem for pair in pairs])
    told = vectors.raw_vectors([pair.solution for pair in pairs])
    centred = _centred(asked, [p.language for p in pairs]), _centred(told, [p.solution_language for p in pairs])
    return {"raw": _recalls(asked, told), "centred": _recalls(*centred)}


def _centred(rows: np.ndarray, languages: list[str]) -> np.ndarray:
    rows = rows.copy()
    for language in set(languages):
        members = np.array([code == language for code in languages])
        rows[members] -= rows[members].mean(axis=0)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _recalls(asked: np.ndarray, told: np.ndarray) -> list[float]:
    scores = asked @ told.T
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    return [float((ranks < depth).mean()) for depth in (1, 5, 10)]


def reliability(pairs: list) -> list[tuple[str, int, float, float]]:
    """Per band of the score: hits among the first ten, mean score, share that was made for the problem."""
    from citytandem.search import services as index
    from citytandem.streams import evaluation, match

    hits = []
    with evaluation.throw_away_index():
        answers = evaluation._fill(pairs)
        index.embed_waiting()
        index.refresh_space()
        for pair in pairs:
            ranked = match.ranked(match.Question(text=pair.problem, language=pair.language), kind="solution")
            answer = answers[pair.solution_language, pair.solution]
            hits += [(scored.score, scored.found.id == answer) for scored in ranked[:10]]
    bands = []
    for low, high in ((0.0, 0.15), (0.15, 0.4), (0.4, 0.7), (0.7, 1.0)):
        inside = [(score, useful) for score, useful in hits if low <= score < high]
        if inside:
            bands.append(
                (
                    f"{low}-{high}",
                    len(inside),
                    float(np.mean([s for s, _ in inside])),
                    float(np.mean([u for _, u in inside])),
                )
            )
    return bands


def main() -> None:
    data = real_data() / "tandem"
    if not data.is_dir():
        sys.exit("the real data is not here: set CITYTANDEM_TESTDATA")
    rows = []
    with node():
        from citytandem.streams import evaluation

        sets = {"problem-solution pairs (36)": [data / "problem_solution_dev.tsv"]}
        with tempfile.TemporaryDirectory() as folder:
            samples = []
            for seed in (1, 2, 3):
                path = Path(folder) / f"codes{seed}.tsv"
                path.write_text(code_pairs(data / "cpv_multilingual_dev.tsv", codes=200, seed=seed), encoding="utf-8")
                samples.append(path)
            sets["EU procurement labels, mixed pool (3 x 200)"] = samples
            for name, files in sets.items():
                pairs = [evaluation.read_pairs(path) for path in files]
                ours = [evaluation.evaluate(part) for part in pairs]
                beside = [peers(part) for part in pairs]
                for column, depth in enumerate((1, 5, 10)):
                    mine = float(np.mean([part[f"recall@{depth}"] for part in ours]))
                    raw = float(np.mean([part["raw"][column] for part in beside]))
                    centred = float(np.mean([part["centred"][column] for part in beside]))
                    rows.append(
                        {
                            "what": f"{name}: recall@{depth}",
                            "ours": f"{mine:.3f}",
                            "peer": f"raw {raw:.3f}, less language mean {centred:.3f}",
                            "ratio": round(mine / centred, 2),
                        }
                    )
                worst = {}
                for part in ours:
                    for code, values in part["by_language"].items():
                        worst.setdefault(code, []).append(values["recall@10"])
                language, value = min(
                    ((code, float(np.mean(v))) for code, v in worst.items()), key=lambda item: item[1]
                )
                mean = float(np.mean([part["recall@10"] for part in ours]))
                rows.append(
                    {
                        "what": f"{name}: weakest language at 10",
                        "ours": f"{language} {value:.3f}",
                        "peer": f"mean {mean:.3f}, limit {mean - 0.12:.3f}",
                        "ratio": round(value / mean, 2),
                    }
                )
            for band, hits, score, useful in reliability(evaluation.read_pairs(data / "problem_solution_dev.tsv")):
                rows.append(
                    {
                        "what": f"reliability on the 36 pairs, scores {band} ({hits} hits)",
                        "ours": f"mean score {score:.2f}",
                        "peer": f"useful {useful:.2f}",
                        "ratio": round(score / useful, 2) if useful else None,
                    }
                )
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()
