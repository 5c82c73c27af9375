"""The section of fleets: any number of apps and backups, from a few numbers and the seed."""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from django.db.models import Model

from astra.engine.registry import registration
from astra.scenarios.schema import DNS_LABEL, PARAMETER, ref
from astra.scenarios.sections import Count, Generator, Item, Progress
from astra.scenarios.writing import (
    Copying,
    analyze,
    references_checked_at_once,
    reporting_conflicts,
)
from backups.lifecycle import APP, APP_BACKUP, COMPLETED, SNAPSHOT
from backups.models import App, AppBackup, Snapshot
from backups.scenarios.fleet import Fleet
from backups.scenarios.protection import occupy

# Rows made and written at a time: so many are in memory at once, however many there are in all.
CHUNK = 5000
_MAX_ROWS = 100_000_000

Rows: TypeAlias = "Callable[[range], Iterable[dict[str, Any]]]"


def _how_many(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": _MAX_ROWS}, PARAMETER],
        "x-reason": f"Must be a whole number from 1 to {_MAX_ROWS}.",
    }


class FleetSection(Generator):
    """`fleets` of an account: apps that are all alike, each with a snapshot, and their backups."""

    name = "fleets"
    parent = "accounts"
    order = 40
    required = ("apps", "backups")
    properties = {
        "name": {
            "description": "What the names of its apps begin with.",
            **DNS_LABEL,
            "maxLength": 32,
        },
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "apps": _how_many("How many apps."),
        "backups": _how_many("How many backups, of all apps together."),
        "over": {"description": "The age of the oldest backup.", **ref("duration")},
        "smallest": {"description": "Size of the smallest app.", **ref("size")},
        "largest": {"description": "Size of the largest app.", **ref("size")},
        "states": {
            "description": "How often each state is, against the others; unfinished ones are held.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {state: {"type": "number", "minimum": 0} for state in APP_BACKUP.states},
        },
        "labelValues": {
            "description": "Labels of a backup: to each name one of its values.",
            "type": "object",
            "additionalProperties": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        },
    }

    def count(self, item: Item) -> Mapping[type[Model], Count]:
        """Return how many apps, snapshots and backups are there, and how many it would make."""
        fleet = Fleet(item)
        named = {App: "apps", Snapshot: "snapshots", AppBackup: "backups"}
        return {model: _counted(fleet, model, name) for model, name in named.items()}

    def generate(self, item: Item, progress: Progress) -> Mapping[type[Model], Count]:
        """Make what is missing of the fleet."""
        fleet = Fleet(item)
        with reporting_conflicts(item), references_checked_at_once():
            made: dict[type[Model], Count] = {
                App: _write(fleet, APP.kind, "apps", _each(fleet.app)),
                Snapshot: _write(fleet, SNAPSHOT.kind, "snapshots", _each(fleet.snapshot)),
                AppBackup: _write_backups(fleet, progress),
            }
        if any(count.create >= CHUNK for count in made.values()):
            analyze(App, Snapshot, AppBackup)
        return made


def _each(make: Callable[[int], Model]) -> Rows:
    """Return what yields all columns of the rows that ``make`` makes of numbers."""
    return lambda numbers: (Copying.values_of(make(number)) for number in numbers)


def _write_backups(fleet: Fleet, progress: Progress) -> Count:
    stored: dict[uuid.UUID, int] = defaultdict(int)
    template = Copying.values_of(fleet.backup_template())

    def rows(numbers: range) -> Iterator[dict[str, Any]]:
        for row in fleet.backups_in(numbers):
            yield template | row
        progress("backups", numbers.stop, fleet.backups)

    def written(row: dict[str, Any]) -> None:
        if row["state"] == COMPLETED:
            stored[row["bucket_id"]] += row["total_bytes"]

    count = _write(fleet, APP_BACKUP.kind, "backups", rows, written)
    occupy(stored)
    return count


def _write(
    fleet: Fleet,
    kind: str,
    name: str,
    rows: Rows,
    written: Callable[[dict[str, Any]], None] | None = None,
) -> Count:
    """Write those rows of a kind that are not there, a chunk at a time; return how many."""
    copying, item = Copying(registration(kind)), fleet.item
    count = Count()
    for numbers in _chunks(fleet, name):
        there = _there(fleet, copying.model, name, numbers)
        new = [row for row in rows(numbers) if row["id"] not in there]
        copying.write(new, go_on=not item.account.is_new)
        if written is not None:
            for row in new:
                written(row)
        count.create += len(new)
        count.keep += len(there)
    return count


def _counted(fleet: Fleet, model: type[Model], name: str) -> Count:
    keep = sum(len(_there(fleet, model, name, numbers)) for numbers in _chunks(fleet, name))
    return Count(create=fleet.total(name) - keep, keep=keep)


def _there(fleet: Fleet, model: type[Model], name: str, numbers: range) -> set[uuid.UUID]:
    """Return those of the ids that have a row; a new account has none."""
    if fleet.item.account.is_new:
        return set()
    ids = [fleet.id_of(name, number) for number in numbers]
    return set(model._default_manager.filter(pk__in=ids).values_list("pk", flat=True))


def _chunks(fleet: Fleet, name: str) -> Iterator[range]:
    total = fleet.total(name)
    bounds = itertools.chain(range(0, total, CHUNK), (total,))
    return (range(start, stop) for start, stop in itertools.pairwise(bounds))
