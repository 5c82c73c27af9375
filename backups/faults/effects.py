"""What fault rules may match in this family, and what they may do: end backups and snapshots."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from astra.api import fields
from astra.api.serializers import SIMULATED, ClosedSerializer, StateDetailSerializer
from astra.engine.stages import Fate
from astra.faults.criteria import Call, Criterion, register_criteria
from astra.faults.effects.base import FateEffect, Fates, FractionField
from astra.faults.effects.registered import register_effects
from backups import kinds
from backups.lifecycle import COMPLETED, FAILED, REMOVED, UNKNOWN
from backups.models import App, Bucket
from backups.models.protection import HookState

BACKUP_CREATE = f"{kinds.APP_BACKUP.name}.create"
SNAPSHOT_CREATE = f"{kinds.APP_SNAP.name}.create"
# An app is made, or restored in place.
APP_MADE = frozenset({f"{kinds.APP.name}.create", f"{kinds.APP.name}.replace"})
DEFAULT_REASON = "A fault rule decided so."
FAILED_APP = {
    "type": SIMULATED,
    "title": "Operation failed",
    "detail": DEFAULT_REASON,
}


def _app(call: Call) -> uuid.UUID | None:
    # The last is what a new app is cloned from.
    return (
        call.ids.get("app_id")
        or getattr(call.row, "app_id", None)
        or _identifier(call.sent.get("sourceAppID"))
    )


def _bucket(call: Call) -> uuid.UUID | None:
    if isinstance(call.row, Bucket):
        return call.row.id
    return getattr(call.row, "bucket_id", None) or _identifier(call.sent.get("bucketID"))


def _identifier(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


APP = Criterion("app", _app, App)
BUCKET = Criterion("bucket", _bucket, Bucket)


class HookDetailsField(fields.UniqueListField):
    """Elements of `hookStateDetails`."""

    child = StateDetailSerializer()


class EndingParameters(ClosedSerializer):
    """When it ends, and the reasons in `stateUnready`."""

    at = FractionField(required=False, initial=1)
    reasons = fields.ReasonsField(required=False, initial=[DEFAULT_REASON])


class FailingParameters(EndingParameters):
    """An end with hooks that failed, too."""

    hookDetails = HookDetailsField(required=False)


class HooksFailParameters(ClosedSerializer):
    """What the hooks said."""

    details = HookDetailsField(min_length=1)


class BackupEnds(FateEffect):
    """The backup ends in a state other than completed, at some point, for some reasons."""

    outcome: ClassVar[str]
    explained = {
        "at": "How much of the last stage is over then, 0 to 1; 1 if absent.",
        "reasons": f"What `stateUnready` says; `{DEFAULT_REASON}` if absent.",
    }
    parameters = EndingParameters
    operations = frozenset({BACKUP_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        return Fates(own=self.ending(parameters))

    def ending(self, parameters: Mapping[str, Any]) -> Fate:
        """Return the fate that ends in ``outcome``."""
        details = tuple(parameters.get("hookDetails", ()))
        return Fate(
            self.outcome,
            reasons=tuple(self.said(parameters, "reasons")),
            at_fraction=float(self.said(parameters, "at")),
            hook_state=HookState.FAILED if details else HookState.SUCCESS,
            hook_details=details,
        )


class BackupFail(BackupEnds):
    name, outcome = "backup-fail", FAILED
    does = "The backup gets as far as `at`, then becomes `failed` with these reasons."
    explained = BackupEnds.explained | {"hookDetails": "If given, hooks failed with these details."}
    parameters = FailingParameters
    example = {"at": 0.4, "reasons": ["Disk full."]}


class BackupRemove(BackupEnds):
    name, outcome = "backup-remove", REMOVED
    does = "The backup gets as far as `at`, then becomes `removed`."


class BackupUnknown(BackupEnds):
    name, outcome = "backup-unknown", UNKNOWN
    does = "The backup gets as far as `at`, then becomes `unknown`."


class BackupNeverEnds(FateEffect):
    name = "backup-never-ends"
    does = "The backup runs for ever: it stays `running`, just short of its last byte."
    operations = frozenset({BACKUP_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        return Fates(own=Fate(None))


class HooksFail(FateEffect):
    name = "hooks-fail"
    does = (
        "Backup or snapshot is completed, with `hookState` `failed` and these `hookStateDetails`; an app"
        " that is made or restored is ready, with these `stateDetails`."
    )
    explained = {"details": "At least one object with `type`, `title` and `detail`."}
    parameters = HooksFailParameters
    operations = frozenset({BACKUP_CREATE, SNAPSHOT_CREATE}) | APP_MADE

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        details = tuple(parameters["details"])
        return Fates(own=Fate(COMPLETED, hook_state=HookState.FAILED, hook_details=details))


class SnapshotFail(BackupEnds):
    name, outcome = "snapshot-fail", FAILED
    does = (
        "The snapshot gets as far as `at`, then becomes `failed`; so does a backup whose own"
        " snapshot it is, with the same reasons."
    )
    operations = frozenset({BACKUP_CREATE, SNAPSHOT_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return the end in failed, of the snapshot alone."""
        return Fates(source=self.ending(parameters))


class AppFailParameters(ClosedSerializer):
    """When it fails, and what it says then."""

    at = FractionField(required=False, initial=1)
    details = HookDetailsField(required=False, initial=[FAILED_APP])


class AppFail(FateEffect):
    name = "app-fail"
    does = (
        "The app that is defined, cloned or restored, in place or not, is discovered as far as `at`,"
        " then becomes `failed` with these `stateDetails`. One of the two operations is meant alone if"
        " the rule names it."
    )
    explained = {
        "at": "How much of the last stage is over then, 0 to 1; 1 if absent.",
        "details": "Objects with `type`, `title` and `detail`.",
    }
    parameters = AppFailParameters
    operations = APP_MADE
    example = {"details": [FAILED_APP]}

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        details = tuple(self.said(parameters, "details"))
        return Fates(own=Fate(FAILED, details, float(self.said(parameters, "at"))))


class AppNeverEnds(FateEffect):
    name = "app-never-ends"
    does = "The app that is defined, cloned or restored stays `discovering` for ever."
    operations = APP_MADE

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        return Fates(own=Fate(None))


def register_faults() -> None:
    """Register criteria and effects, in the order in which they are documented."""
    register_criteria(APP, BUCKET)
    register_effects(
        *(BackupFail(), BackupRemove(), BackupUnknown(), BackupNeverEnds()),
        *(HooksFail(), SnapshotFail(), AppFail(), AppNeverEnds()),
    )
