"""pgvector's `halfvec` (16-bit floats) as a model field over numpy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import models
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def to_text(vector: Vector) -> str:
    """pgvector's text form, with the digits that 16 bits carry."""
    return "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"


def from_text(value: str) -> Vector:
    """The array of a text form."""
    return np.fromstring(value[1:-1], dtype=np.float32, sep=",")


class HalfVectorField(models.Field):
    """A fixed-length vector of half floats."""

    def __init__(self, dimensions: int, *args: Any, **kwargs: Any) -> None:
        self.dimensions = dimensions
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.dimensions, *args], kwargs

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - Django's signature
        return f"halfvec({self.dimensions})"

    def from_db_value(self, value: Any, *_expression_and_connection: Any) -> Vector | None:
        return None if value is None else from_text(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else value if isinstance(value, str) else to_text(np.asarray(value))
