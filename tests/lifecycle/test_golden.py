"""Golden pairs: what becomes of a snapshot or a backup by its stage table, file by file.

`pytest -n0 tests/lifecycle --refresh-golden` writes the outputs anew; read the difference.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from astra.accounts.models import Account
from astra.engine.models import Transition
from astra.engine.stages import Fate
from backups.actions.app_snaps import app_snap_create
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api
from tests.lifecycle.making import caller, id_of, make, own_snapshot_id
from tests.world import START

INPUTS = sorted((Path(__file__).parent / "golden").glob("*.input.yaml"))
# Of a document, what differs between two runs or says nothing about the lifecycle.
LEFT_OUT = {"type", "version", "id", "name", "bucketID", "metadata"}


@pytest.fixture
def account(db: None) -> Account:
    """An account with the delays of the stage tables."""
    return world.make_account()


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name.removesuffix(".input.yaml"))
def test_golden_pair(
    path: Path, api: Api, app: App, bucket: Bucket, request: pytest.FixtureRequest
) -> None:
    case = yaml.safe_load(path.read_text())
    output = path.with_name(path.name.replace(".input.", ".output."))
    lived = _live(case, api, app)
    if request.config.getoption("--refresh-golden", default=False):
        output.write_text(yaml.safe_dump(lived, sort_keys=False, width=100))
    assert yaml.safe_load(output.read_text()) == lived


def test_every_output_has_its_input() -> None:
    outputs = {
        path.name.replace(".output.", ".input.") for path in INPUTS[0].parent.glob("*.output.*")
    }
    assert outputs == {path.name for path in INPUTS}


def _live(case: dict[str, Any], api: Api, app: App) -> dict[str, Any]:
    for resource, values in ((api.account, case.get("account")), (app, case.get("app"))):
        for name, value in (values or {}).items():
            setattr(resource, name, value)
        resource.save()
    _make(case, app)
    looks, elapsed = [], 0.0
    for seconds in case["look_after_seconds"]:
        world.advance(api.account, seconds - elapsed)
        elapsed = seconds
        looks.append({"after_seconds": seconds} | _look(api, app))
    resources: list[Any] = [*Snapshot.objects.all(), *AppBackup.objects.all()]
    return {
        "planned": {type(each).__name__: _instants(each) for each in resources},
        "steps": [_line(step) for step in Transition.objects.order_by("at", "id")],
        "looks": looks,
    }


def _make(case: dict[str, Any], app: App) -> None:
    fate, snapshot_fate = (_fate(case.get(key, {})) for key in ("fate", "snapshot_fate"))
    if case["kind"] == "appBackup":
        make(app, fate=fate, snapshot_fate=snapshot_fate)
    else:
        ids = [own_snapshot_id(1)]
        app_snap_create(
            caller=caller(app.account, ids), app_id=app.id, body={"version": "1.1"}, fate=fate
        )


def _fate(values: dict[str, Any]) -> Fate:
    tuples = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Fate(**({"outcome": "completed"} | values | tuples))


def _look(api: Api, app: App) -> dict[str, Any]:
    base = f"k8s/v1/apps/{app.id}"
    paths = {
        "appSnap": f"{base}/appSnaps/{own_snapshot_id(1)}",
        "appBackup": f"{base}/appBackups/{id_of(1)}",
    }
    answers = {kind: api.get(path) for kind, path in paths.items()}
    return {
        kind: {key: value for key, value in answer.json().items() if key not in LEFT_OUT}
        for kind, answer in answers.items()
        if answer.status_code == 200
    }


def _instants(resource: Any) -> dict[str, str | None]:
    names = ("discovering_at", "running_at", "full_at", "ends_at")
    return {name: _offset(getattr(resource, name)) for name in names if hasattr(resource, name)}


def _line(step: Transition) -> str:
    text = f"{_offset(step.at)} {step.kind} {step.from_state or '-'} -> {step.to_state}"
    return f"{text}: {step.reason}" if step.reason else text


def _offset(instant: datetime | None) -> str | None:
    return None if instant is None else f"+{(instant - START).total_seconds():.6f}"
