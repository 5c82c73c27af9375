"""Criteria and effects that families register."""

import uuid
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from astra.accounts.models import Account
from astra.faults import criteria, models
from astra.faults.criteria import Call, Criterion, register_criteria
from astra.faults.effects.base import FateEffect
from astra.faults.effects.of_calls import Status
from astra.faults.effects.registered import EFFECTS, fate_effects, register_effects
from astra.faults.models import FaultRule
from astra.faults.serializers import MatchBody
from astra.faults.serializers import criteria as members
from backups.faults.effects import APP, BUCKET
from backups.models import App, AppBackup, Bucket
from tests import world


class Late(FateEffect):
    """An effect of another family."""

    name = "late"
    operations = frozenset({"token.create"})


@pytest.fixture
def late() -> Iterator[None]:
    known = dict(EFFECTS)
    register_effects(Late())
    yield
    EFFECTS.clear()
    EFFECTS.update(known)


@pytest.mark.usefixtures("late")
def test_an_effect_on_fates_stands_before_those_on_requests() -> None:
    assert fate_effects()[-1] == "late"
    assert list(EFFECTS).index("late") < list(EFFECTS).index("refuse")
    again = list(EFFECTS)
    register_effects(Status())
    assert list(EFFECTS) == again


def test_a_criterion_is_a_member_of_match_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(criteria, "_criteria", dict(criteria._criteria))
    register_criteria(Criterion("cluster", lambda call: call.ids.get("cluster_id")))
    assert members()[:7] == ("operation", "method", "path", "app", "bucket", "cluster", "name")
    assert list(MatchBody().fields) == list(members())
    wanted = uuid.uuid4()
    assert criteria.subjects_of(Call({"cluster_id": wanted}))["cluster"] == wanted


def test_what_a_call_is_about(account: Account, app: App, bucket: Bucket) -> None:
    made = world.make_backup(app, bucket)
    calls = (
        Call({"app_id": app.id}),
        Call({"app_id": app.id}, sent={"bucketID": str(bucket.id)}),
        Call({"app_id": app.id}, sent={"bucketID": "no id"}),
        Call({"app_id": app.id}, sent={"bucketID": 1}),
        Call({}, row=made),
        Call({}, row=bucket),
        Call({}),
    )
    assert [(APP.of_call(call), BUCKET.of_call(call)) for call in calls] == [
        (app.id, None),
        (app.id, bucket.id),
        (app.id, None),
        (app.id, None),
        (app.id, bucket.id),
        (None, bucket.id),
        (None, None),
    ]


def written() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            [models.KNOWN_EFFECTS],
        )
        (definition,) = cursor.fetchone()
    return str(definition)


@pytest.mark.django_db
@pytest.mark.usefixtures("late")
def test_the_database_knows_a_new_effect_once_it_is_migrated(account: Account) -> None:
    assert "'late'" not in written()
    call_command("migrate", "faults", verbosity=0)
    assert "'late'" in written()
    FaultRule.objects.create(account=account, position=0, effect="late", created_at=world.START)


@pytest.mark.django_db
def test_a_constraint_that_is_up_to_date_is_left_alone() -> None:
    def number() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT oid FROM pg_constraint WHERE conname = %s", [models.KNOWN_EFFECTS]
            )
            (oid,) = cursor.fetchone()
        return int(oid)

    before = number()
    models.write_constraint()
    assert number() == before


@pytest.mark.django_db
def test_without_its_table_there_is_nothing_to_constrain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "READ", "SELECT 1 WHERE false")
    models.write_constraint()
    assert AppBackup.objects.count() == 0
