"""Rows that the database refuses, one table per module: each constraint by its name, with the fields that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

# Fixed: it is part of the names of tests, which have to be alike in all processes.
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What breaks a constraint. `first`: fields of a row that is there already, where two rows break it together;
    `without`: another constraint that the same row breaks, dropped while this one is tried."""

    name: str
    model: type[models.Model]
    fields: Fields = field(default_factory=dict)
    first: Fields | None = None
    without: str = ""


def table(*faults: Fault) -> list[Any]:
    """As parameters of a test."""
    return [pytest.param(fault, id=f"{fault.name} {number}") for number, fault in enumerate(faults)]


def check_refused(fault: Fault, make: Callable[..., Fields]) -> None:
    """`make(model)` gives the fields of a row that the database takes; with those of the fault it must not."""
    good = make(fault.model)
    if fault.without:
        with connection.schema_editor() as editor:
            editor.execute(f'ALTER TABLE {fault.model._meta.db_table} DROP CONSTRAINT "{fault.without}"')
    with transaction.atomic():
        fault.model._default_manager.create(**{**good, **(fault.first or {})})
        if fault.first is None:
            transaction.set_rollback(True)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        fault.model._default_manager.create(**{**good, **fault.fields})
    assert f'"{fault.name}"' in str(caught.value)


def untested(faults: Iterable[Any], modules: set[str]) -> set[str]:
    """Named constraints of the models of these modules that stand in no table."""
    named = {
        constraint.name
        for model in apps.get_models()
        if model.__module__ in modules
        for constraint in model._meta.constraints
    }
    assert named
    return named - {parameter.values[0].name for parameter in faults}
