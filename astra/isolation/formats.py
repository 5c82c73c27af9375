"""The format of checkpoints, and how older ones are read.

A checkpoint has rows by table, each with all its columns. A later version of the service may have
more columns: they get their defaults. What is renamed, dropped or means something else needs a new
version of the format, and a step here that leads to it; the steps stay for ever. The tests hold a
file of each version.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db.models import Field

from astra.accounts.belongings import Belonging, state_belongings
from astra.api import problems
from astra.api.problems import Refusal

FORMAT = "astra-simulator-checkpoint"
FORMAT_VERSION = 2

Row: TypeAlias = "dict[str, Any]"


class CheckpointError(Refusal):
    """The checkpoint is not one that can be read, or not one of this account."""

    problem = problems.INVALID_FIELDS
    member = "file"


def _without_empty_texts(label: str, row: Row) -> Row:
    """Return a row in which a text that a user lacks is null; it was empty."""
    if label != "accounts.user" or not isinstance(row, dict):
        return row
    absent = ("auth_id", "company_name", "phone")
    return row | {name: row[name] or None for name in absent if name in row}


@dataclass(frozen=True, slots=True)
class Step:
    """From one version of the format to the next: tables that have another label since or are no
    more, and what changes in a row (it is called with the new label).
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    change: Callable[[str, Row], Row] = lambda label, row: row


def _together(label: str, row: Row) -> Row:
    """Put the ids that a fault rule is about into one column; each had one of its own."""
    # What a file has for a row may be anything; whether it is one is looked at after the steps.
    if label != "faults.faultrule" or not isinstance(row, dict):
        return row
    columns = [name for name in row if name.endswith("_id") and name != "account_id"]
    about = {name.removesuffix("_id"): row[name] for name in columns if row[name] is not None}
    return {name: value for name, value in row.items() if name not in columns} | {"about": about}


# By the version that a step starts from.
STEPS: dict[int, Step] = {
    1: Step(
        renamed={
            "simulation.faultrule": "faults.faultrule",
            "simulation.transition": "engine.transition",
        },
        change=lambda label, row: _together(label, _without_empty_texts(label, row)),
    )
}


def check_version(version: Any) -> int:
    """Return the version of a format that can be read; raises ``CheckpointError``."""
    if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
        raise CheckpointError(f"The format's version must be from 1 to {FORMAT_VERSION}.")
    return version


def present(version: int, label: str, rows: Iterable[Row]) -> tuple[Belonging, list[Row]] | None:
    """Return a table and its rows as this version of the service has them; None: it is no more.

    Raises ``CheckpointError`` for a table or a column that nobody knows.
    """
    rows = list(rows)
    for number in range(version, FORMAT_VERSION):
        step = STEPS[number]
        if label in step.dropped:
            return None
        label = step.renamed.get(label, label)
        rows = [step.change(label, row) for row in rows]
    for item in state_belongings():
        if item.label == label:
            return item, [_completed(item, row) for row in rows]
    raise CheckpointError(f"There is no table {label}.")


def is_present(version: int, item: Belonging, columns: Iterable[str]) -> bool:
    """Tell whether rows with these columns are as this version of the service has them."""
    return version == FORMAT_VERSION and set(columns) == set(item.columns)


def _completed(item: Belonging, row: Any) -> Row:
    if not isinstance(row, dict):
        raise CheckpointError(f"A row of {item.label} must be an object.")
    unknown = sorted(row.keys() - set(item.columns))
    if unknown:
        raise CheckpointError(f"{item.label} has no column {unknown[0]}.")
    if len(row) == len(item.columns):
        return row
    return {name: row[name] if name in row else _default(item, name) for name in item.columns}


def _default(item: Belonging, column: str) -> Any:
    fields: Iterable[Field[Any, Any]] = item.model._meta.concrete_fields
    return next(each for each in fields if each.column == column).get_default()
