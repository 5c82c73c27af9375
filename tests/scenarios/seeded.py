"""What the tests of scenarios share: loading one, calling as one of its users, looking at all rows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connection

from astra.accounts.models import Account, User
from astra.engine.models import Staged, Transition
from astra.engine.registry import registrations
from astra.scenarios.documents import Source
from astra.scenarios.library import read_library
from astra.scenarios.loading import Report, load_scenario
from astra.scenarios.models import SeededScenario
from backups.models import AppBackup, Bucket
from tests import world
from tests.conftest import Api
from tests.families import FAMILIES

NOW = datetime(2026, 3, 1, 9, 30, 0, 250000, tzinfo=UTC)
SMALL = {"apps": 7, "backups": 60}
LABELS = ("accounts", *FAMILIES)


def load(name: str, **parameters: float) -> Report:
    """Load a scenario of the library."""
    return load_scenario(read_library(name), parameters)


def load_text(text: str | bytes, **parameters: float) -> Report:
    """Load a scenario from YAML; errors call it `my.yaml`."""
    return load_scenario(Source("my.yaml", text), parameters)


def call_as(email: str) -> Api:
    """A client with a new token of a seeded user."""
    user = User.objects.select_related("account").get(email=email)
    return Api(user.account, world.make_token(user), user.id)


def account(name: str) -> Account:
    return Account.objects.get(name=name)


def models() -> list[Any]:
    """Every table that a scenario writes, but the history."""
    return [
        model
        for label in LABELS
        for model in apps.get_app_config(label).get_models()
        if model._meta.managed
    ]


def rows() -> Mapping[str, Any]:
    """Everything that was seeded, as plain data; real time and serial numbers left out."""
    found: dict[str, Any] = {
        model.__name__: sorted(model.objects.values(*_names(model)), key=str) for model in models()
    }
    history = Transition.objects.order_by("kind", "resource_id", "sequence")
    found["history"] = list(
        history.values(
            "account", "kind", "resource_id", "sequence", "from_state", "to_state", "reason", "at"
        )
    )
    return found


def _names(model: Any) -> list[str]:
    """The columns of a model but for a serial number."""
    fields = (field for field in model._meta.concrete_fields if not field.db_returning)
    return [field.attname for field in fields]


def forget() -> None:
    """Empty the tables, as a new database would be."""
    tables = [model._meta.db_table for model in (*models(), Transition, SeededScenario)]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_history() -> int:
    """Assert that every staged row and its history agree; return how many rows have one.

    What every account has from the start has none until it moves.
    """
    count = 0
    for registration in registrations():
        for row in registration.model._default_manager.exclude(transition_count=0):
            assert isinstance(row, Staged)
            _check_row(registration.lifecycle, row)
            count += 1
    return count


def _check_row(lifecycle: Any, row: Any) -> None:
    steps = list(
        Transition.objects.filter(kind=lifecycle.kind, resource_id=row.id).order_by("sequence")
    )
    assert [step.sequence for step in steps] == list(range(row.transition_count)), row
    assert steps[0].from_state == ""
    assert steps[0].at == row.created_at
    assert [step.from_state for step in steps[1:]] == [step.to_state for step in steps[:-1]]
    assert steps[-1].to_state == row.state
    assert steps[-1].at == row.modified_at
    instants = [step.at for step in steps]
    assert instants == sorted(instants)
    assert instants[-1] <= row.account.now()
    assert (row.next_transition_at is None) == (row.state in lifecycle.final or not row.outcome)
    assert row.next_transition_at is None or row.next_transition_at >= row.modified_at


def steps_of(resource: Any) -> list[Transition]:
    """The history of a resource."""
    return list(Transition.objects.filter(resource_id=resource.id).order_by("sequence"))


def states_of(resource: Any) -> list[str]:
    """The states that a resource was in, in order."""
    return [step.to_state for step in steps_of(resource)]


def reason_of(resource: Any) -> str:
    """What the history says about the last step."""
    return steps_of(resource)[-1].reason


def check_buckets() -> int:
    """Assert that each bucket holds what its completed backups hold; return all of it."""
    total = 0
    for bucket in Bucket.objects.all():
        completed = AppBackup.objects.filter(bucket=bucket, state="completed")
        stored = sum(completed.values_list("total_bytes", flat=True))
        assert bucket.stored_bytes == stored
        total += stored
    return total
