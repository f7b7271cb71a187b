"""Vectors of the demo's texts, computed beforehand: a first start is then a matter of seconds.

`vectors.npz` holds what the built-in model says of these texts, by the hash of each text; a text that has changed since
is simply computed anew. `training/demo_vectors.py` writes the file; a test compares it with the model.
"""

from __future__ import annotations

from importlib import resources

import numpy as np

from citytandem.search import vectors

FILE = "vectors.npz"


def ready_vectors_load() -> int:
    """Put the vectors into the node's memory, if they belong to the embedder in use; returns how many."""
    with resources.files("citytandem.demo").joinpath(FILE).open("rb") as file, np.load(file) as data:
        if str(data["embedder"]) != vectors.embedder().name:
            return 0
        hashes = [bytes(row) for row in data["hashes"]]
        vectors.keep_raw(dict(zip(hashes, data["vectors"].astype(np.float32), strict=True)))
    return len(hashes)
