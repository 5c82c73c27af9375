"""The rows of a fleet: each follows from the seed and its number, so none is kept in memory."""

import functools
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from astra.api.dice import unit_interval
from astra.engine.plan import stage_seconds
from astra.engine.stages import Lifecycle
from astra.scenarios.placing import (
    Fate,
    Placement,
    next_stage,
    place_final,
    place_unfinished,
    staged_columns,
)
from astra.scenarios.sections import Item
from backups import kinds
from backups.actions.placing import columns_on
from backups.lifecycle import (
    APP,
    APP_BACKUP,
    AVAILABLE,
    COMPLETED,
    FAILED,
    READY,
    REMOVED,
    SNAPSHOT,
    UNKNOWN,
)
from backups.models import App, AppBackup, Bucket, Snapshot
from backups.models.apps import GIB, ProtectionState
from backups.scenarios.protection import backup_columns, protection_columns

# An app is backed up in about so many seconds, whatever its size.
RUN_SECONDS = 10
_HELD = Fate(None)
_REASONS = {
    FAILED: "The data mover was stopped before it was done.",
    REMOVED: "The object is not in the bucket any more.",
    UNKNOWN: "The bucket did not answer when the backup was last verified.",
}


class Fleet:
    """What an item of `fleets` stands for."""

    def __init__(self, item: Item) -> None:
        """Read the numbers; raises ``ScenarioError`` where they do not go together."""
        self.item = item
        self.apps: int = item.get("apps")
        self.backups: int = item.get("backups")
        over = item.duration("over", "365d")
        self._start = item.now - over
        self._step = over / (self.backups + 1)
        self._smallest = max(item.size("smallest", GIB), 1)
        self._largest = item.size("largest", 64 * GIB)
        if self._largest < self._smallest:
            raise item.error("The largest app is smaller than the smallest.", "largest")
        self._states = list(item.get("states", {COMPLETED: 1}).items())
        self._weight = sum(weight for _, weight in self._states)
        if self._weight <= 0:
            raise item.error("One of them must be more than zero.", "states")
        buckets: list[Bucket] = [each.row for each in item.account.children["buckets"]]
        self._buckets = [each for each in buckets if each.state == AVAILABLE]
        if not self._buckets:
            raise item.error("The account has no bucket that is available.")
        self._cluster = columns_on(item.account.by_name["clusters"][item.name].row)
        self._labels = item.get("labelValues", {})
        # Most fleets have far fewer apps than backups.
        self._base = functools.lru_cache(maxsize=20_000)(self._find_base)

    def id_of(self, kind: str, number: int) -> uuid.UUID:
        """Return the id of one of the ``apps``, ``snapshots`` or ``backups``."""
        return self.item.derived_id(f"{kind}/{number}")

    def total(self, kind: str) -> int:
        """Return how many of them there are; each app has one snapshot."""
        return self.backups if kind == "backups" else self.apps

    def app(self, number: int) -> App:
        """Return an app."""
        item, size = self.item, self._size(number)
        placement = self._finished(APP, timedelta(days=1))
        return App(
            **item.described(kinds.APP.versions[0])
            | staged_columns(APP, placement, state=READY, fate=_HELD)
            | {"id": self.id_of("apps", number)},
            account=item.account_row,
            name=self._app_name(number),
            protection_state=ProtectionState.PARTIAL,
            namespaces=[self._app_name(number)],
            namespace_scoped_resources=[
                {"namespace": self._app_name(number), "labelSelectors": []}
            ],
            **self._cluster,
            collected_at=placement.modified_at,
            size_bytes=size,
            throughput_bytes_per_second=max(size // RUN_SECONDS, 1),
        )

    def snapshot(self, number: int) -> Snapshot:
        """Return the completed snapshot of an app, older than all of its backups."""
        item = self.item
        placement = self._finished(SNAPSHOT, timedelta(hours=1))
        return Snapshot(
            **item.described(kinds.APP_SNAP.versions[0])
            | protection_columns(SNAPSHOT, placement, state=COMPLETED, values={}, fate=_HELD)
            | {"id": self.id_of("snapshots", number)},
            account=item.account_row,
            app_id=self.id_of("apps", number),
            name=f"{self._app_name(number)}-snapshot",
        )

    def backups_in(self, numbers: range) -> Iterator[dict[str, Any]]:
        """Yield the columns of backups that differ from those of ``backup_template``."""
        pace = (self.item.account_row,)
        seconds = stage_seconds(APP_BACKUP, pace, own_seconds=RUN_SECONDS)
        for number in numbers:
            base, identifier = self._base(number % self.apps), self.id_of("backups", number)
            chance = self._chance(identifier, "fleet")
            yield {
                **self._way(number, chance, seconds),
                **base,
                "id": identifier,
                "bucket_id": self._buckets[number % len(self._buckets)].id,
                "name": f"{base['name']}-{number:07}",
                "labels": [
                    {"name": name, "value": values[int(chance * 9973) % len(values)]}
                    for name, values in self._labels.items()
                ],
            }

    def backup_template(self) -> AppBackup:
        """Return what all backups have in common."""
        return AppBackup(
            **self.item.described(kinds.APP_BACKUP.versions[0]),
            account=self.item.account_row,
            snapshot_shown=True,
        )

    def _finished(self, lifecycle: Lifecycle, before: timedelta) -> Placement:
        """Return the way of what went well so long before the first backup."""
        return place_final(
            lifecycle,
            seconds=stage_seconds(lifecycle, (self.item.account_row,)),
            now=self.item.now,
            created_at=self._start - before,
            fraction=1.0,
        )

    def _way(self, number: int, chance: float, seconds: list[float]) -> dict[str, Any]:
        """Return the staged columns of a backup."""
        state = self._state(chance)
        created_at = self._start + self._step * (number + 1)
        now = self.item.now
        if state in APP_BACKUP.final:
            # One that failed got somewhere; the digits of chance that the state has not used say.
            fraction = (chance * 1009) % 1 if state == FAILED else 1.0
            placement = place_final(
                APP_BACKUP, seconds=seconds, now=now, created_at=created_at, fraction=fraction
            )
        else:
            is_last = next_stage(APP_BACKUP, state) == len(seconds) - 1
            placement = place_unfinished(
                APP_BACKUP,
                state=state,
                seconds=seconds,
                now=now,
                created_at=created_at,
                fraction=0.5 if is_last else 0.0,
            )
        reasons = [_REASONS[state]] if state in _REASONS else []
        columns = backup_columns(
            placement, state=state, values={"stateUnready": reasons}, fate=_HELD, now=now
        )
        return columns | {"snapshot_shown": True}

    def _find_base(self, number: int) -> dict[str, Any]:
        """Return the columns of its backups that an app decides."""
        return {
            "app_id": self.id_of("apps", number),
            "snapshot_id": self.id_of("snapshots", number),
            "name": self._app_name(number),
            "total_bytes": self._size(number),
        }

    def _state(self, chance: float) -> str:
        rest = chance * self._weight
        for state, weight in self._states:
            rest -= weight
            if rest < 0:
                return str(state)
        return str(self._states[-1][0])

    def _size(self, number: int) -> int:
        """Return the size of an app: small ones are as frequent as large ones, by magnitude."""
        chance = self._chance(self.id_of("apps", number), "size")
        size: float = self._smallest * (self._largest / self._smallest) ** chance
        return round(size)

    def _chance(self, identifier: uuid.UUID, what: str) -> float:
        return unit_interval(self.item.get("seed", self.item.seed), identifier, what)

    def _app_name(self, number: int) -> str:
        # Of the same length as long as there are fewer than a million, and so in order.
        return f"{self.item.name}-{number:06}"
