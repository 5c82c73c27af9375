"""What advancing costs follows what is due, however much else there is and whatever is guessed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from astra.accounts.models import Account
from astra.engine.advancing import due_accounts
from astra.engine.registry import registration
from astra.engine.settling import lock_account, settling_statement
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.lifecycle.making import after
from tests.lifecycle.test_at_once import fill

pytestmark = pytest.mark.django_db

MANY, DUE = 10_000, 50


@pytest.fixture
def many(app: App, bucket: Bucket) -> None:
    """Many backups that are not due for a year, as many that are complete, and a few due now."""
    fill(app, bucket, MANY)
    AppBackup.objects.update(next_transition_at=after(3e7), discovering_at=after(3e7))
    done = world.make_app(app.account)
    fill(done, bucket, MANY)
    AppBackup.objects.filter(app=done).update(state="completed", next_transition_at=None)
    fill(world.make_app(app.account), bucket, DUE)
    Account.objects.update(clock_sim=after(60))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def rows_read(plan: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Of every scan of a table in an analyzed plan: how it was done, and the rows it touched."""
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        dropped = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Join Filter", 0)
        how = f"{plan['Node Type']} {plan.get('Index Name', plan['Relation Name'])}"
        yield how, (plan["Actual Rows"] + dropped) * plan["Actual Loops"]
    for child in plan.get("Plans", []):
        yield from rows_read(child)


def explained(cursor: Any, statement: str, parameters: Any) -> dict[str, float]:
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
    document = cursor.fetchone()[0]
    plan = document if isinstance(document, list) else json.loads(document)
    read: dict[str, float] = {}
    for how, rows in rows_read(plan[0]["Plan"]):
        read[how] = read.get(how, 0) + rows
    return read


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_settling_reads_the_due_rows_alone(app: App, many: None, mode: str) -> None:
    statement = f"{settling_statement(registration('appBackup'))} SELECT count(*) FROM settled"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL plan_cache_mode = {mode}")
        lock_account(app.account_id)
        due = {"account": app.account_id, "until": after(60), "most": MANY}
        read = explained(cursor, statement, due)
    assert AppBackup.objects.filter(state="completed").count() == MANY + DUE
    assert read.pop("Index Scan backup_due") == DUE
    assert read.pop("Tid Scan backups_appbackup") == DUE
    assert sum(read.values()) <= DUE


def test_finding_the_due_accounts_reads_one_row_of_each(app: App, many: None) -> None:
    reads = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT account.id"):
            with connection.cursor() as cursor:
                reads.append(explained(cursor, sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        assert [due.account_id for due in due_accounts()] == [app.account_id]
    [read] = reads
    assert read["Index Only Scan backup_due"] == 1
    assert not [how for how in read if how.endswith("backups_appbackup")]
