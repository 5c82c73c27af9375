"""Random lives of an account: what callers and testers do, and how long they wait in between."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from hypothesis import strategies as st

from astra.accounts.callers import system_caller
from astra.api.problems import ApiProblem
from astra.engine.barriers import advance_to
from astra.engine.models import Transition
from astra.engine.stages import Fate
from astra.resources.actions import delete_row
from astra.resources.resource import Resource
from backups.actions import steering
from backups.models import App, AppBackup, Bucket, Snapshot
from backups.resources.app_backups import APP_BACKUP
from backups.resources.app_snaps import APP_SNAP
from tests import world
from tests.lifecycle.making import OF_BACKUPS, STAGED, id_of, make, own_snapshot_id
from tests.lifecycle.strategies import fates


@dataclass(frozen=True)
class Create:
    fate: Fate
    snapshot_fate: Fate
    in_second_bucket: bool


@dataclass(frozen=True)
class Act:
    """Something done to the backup of that number, or to its snapshot."""

    name: str
    number: int
    outcome: str = "failed"


@dataclass(frozen=True)
class Wait:
    """Time that passes, in one jump or in many: cut at these fractions."""

    seconds: float
    cuts: tuple[float, ...]


ACTS = (
    "delete delete_snapshot end end_snapshot take_next_step take_next_snapshot_step complete"
    " fail_hooks"
)
operations = st.lists(
    st.one_of(
        st.builds(Create, fates(), fates(), st.booleans()),
        st.builds(Create, st.just(Fate("completed")), st.just(Fate("completed")), st.booleans()),
        st.builds(
            Act,
            st.sampled_from(ACTS.split()),
            st.integers(1, 3),
            st.sampled_from(["failed", "removed", "unknown"]),
        ),
        st.builds(Wait, st.floats(0.0, 20.0), st.lists(st.floats(0.0, 1.0), max_size=6).map(tuple)),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Life:
    """One account that lives through operations; ``in_one_jump`` ignores the cuts of a wait."""

    in_one_jump: bool
    app: App = field(init=False)
    buckets: list[Bucket] = field(init=False)
    created: int = 0
    answers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        account = world.make_account(stage_delays={"app-backup-run": 0.5})
        self.app = world.make_app(account, name="shop", size_bytes=1_000, id=id_of(0xA99))
        self.buckets = [world.make_bucket(account), world.make_bucket(account)]

    def live(self, operation: Any) -> None:
        """Do it, and note what came of it."""
        self.app.account.refresh_from_db()
        try:
            self.answers.append(getattr(self, f"_{type(operation).__name__.lower()}")(operation))
        except ApiProblem as problem:
            self.answers.append(str(problem))

    def _create(self, wanted: Create) -> None:
        self.created += 1
        make(
            self.app,
            self.created,
            fate=wanted.fate,
            snapshot_fate=wanted.snapshot_fate,
            bucket_id=self.buckets[wanted.in_second_bucket].id,
        )

    def _wait(self, wait: Wait) -> None:
        start = self.app.account.clock_sim
        for cut in [*([] if self.in_one_jump else sorted(wait.cuts)), 1.0]:
            instant = start + timedelta(seconds=wait.seconds) * cut
            advance_to(self.app.account_id, instant)

    def _delete(self, resource: Resource, identifier: uuid.UUID) -> bool:
        rows = resource.rows().filter(id=identifier)
        return delete_row(resource, rows, caller=system_caller(self.app.account))

    def _act(self, act: Act) -> Any:
        ids, snapshot_ids = [id_of(act.number)], [own_snapshot_id(act.number)]
        match act.name:
            case "delete":
                return self._delete(APP_BACKUP, ids[0])
            case "delete_snapshot":
                return self._delete(APP_SNAP, snapshot_ids[0])
            case "end":
                return steering.end(AppBackup, ids, outcome=act.outcome, reason="By hand.")
            case "end_snapshot":
                return steering.end(Snapshot, snapshot_ids, outcome=act.outcome, reason="By hand.")
            case "take_next_step":
                return steering.take_next_step(AppBackup, ids)
            case "take_next_snapshot_step":
                return steering.take_next_step(Snapshot, snapshot_ids)
            case "complete":
                return steering.complete(AppBackup, ids)
            case "fail_hooks":
                details = [{"type": "hook", "title": "Failed", "detail": "Exit code 1."}]
                return steering.fail_hooks(AppBackup, ids, details=details)
        raise NotImplementedError(act.name)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Everything the lives of two equal accounts have in common."""
        yield from AppBackup.objects.order_by("id").values_list("id", *STAGED, *OF_BACKUPS)
        yield from Snapshot.objects.order_by("id").values_list("id", *STAGED)
        yield from Transition.objects.order_by("kind", "resource_id", "sequence").values_list(
            "kind", "resource_id", "sequence", "from_state", "to_state", "reason", "at"
        )
        yield tuple(stored for stored, _ in self.stored_and_completed())

    def stored_and_completed(self) -> list[tuple[int, int]]:
        """Of each bucket: the bytes it counts, and those of its completed backups."""
        return [
            (
                Bucket.objects.get(id=bucket.id).stored_bytes,
                AppBackup.objects.filter(bucket=bucket, state="completed").aggregate(
                    bytes=Sum("total_bytes", default=0)
                )["bytes"],
            )
            for bucket in self.buckets
        ]
