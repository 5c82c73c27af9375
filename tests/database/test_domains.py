"""Rules of one column are domains, and are declared, migrated, named and worded as CHECKs are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.models import BaseConstraint, Field, Model, Q

from astra.api.statements import fetch
from astra.database.domains import DomainConstraint, as_domains, domains
from astra.engine.models import Transition, staged_constraints
from astra.scenarios.errors import Finding, ScenarioConflictError
from astra.scenarios.writing import reporting_conflicts
from backups.lifecycle import APP_BACKUP
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.database.test_constraints import kept

pytestmark = pytest.mark.django_db

CHECKS = staged_constraints("backup", APP_BACKUP)
MORE_STATES = as_domains(
    *staged_constraints("backup", replace(APP_BACKUP, failures=(*APP_BACKUP.failures, "mislaid")))
)
REFUSED = [
    (AppBackup, "state", "mislaid", "backup_state_is_known"),
    (AppBackup, "outcome", "running", "backup_outcome_is_final"),
    (AppBackup, "hook_state", "maybe", "backup_hook_state_is_known"),
    (AppBackup, "outcome_hook_state", "maybe", "backup_outcome_hook_state_is_known"),
    (AppBackup, "name", "Shop", "backup_name_is_dns_label"),
    (AppBackup, "version", "2.0", "backup_version_is_known"),
    (AppBackup, "total_bytes", -1, "backup_has_no_negative_bytes"),
    (AppBackup, "transition_count", -1, "backup_transition_count_is_not_negative"),
    (Snapshot, "state", "mislaid", "snapshot_state_is_known"),
    (Snapshot, "outcome", "running", "snapshot_outcome_is_final"),
    (Snapshot, "hook_state", "maybe", "snapshot_hook_state_is_known"),
    (Snapshot, "outcome_hook_state", "maybe", "snapshot_outcome_hook_state_is_known"),
    (Snapshot, "name", "shop\n", "snapshot_name_is_dns_label"),
    (Snapshot, "transition_count", -1, "snapshot_transition_count_is_not_negative"),
    (Transition, "sequence", -1, "transition_sequence_is_not_negative"),
]


def drafted(
    *constraints: BaseConstraint, **fields: "Field[Any, Any]"
) -> tuple[Migration | None, ProjectState]:
    """What `makemigrations` finds with these on backups, and the state that it begins with."""
    loader = MigrationLoader(connection)
    declared = ProjectState.from_apps(apps)
    backup = declared.models["backups", "appbackup"]
    backup.fields.update(fields)
    changed = {each.name: each for each in constraints}
    said = backup.options["constraints"]
    backup.options["constraints"] = [changed.get(each.name, each) for each in said]
    found = MigrationAutodetector(loader.project_state(), declared).changes(loader.graph)
    (migration,) = found.get("backups", [None])
    return migration, loader.project_state()


@contextmanager
def migrated(migration: Migration, state: ProjectState) -> Iterator[None]:
    """The database as it is after a migration, which is taken back at the end."""
    with connection.schema_editor() as editor:
        migration.apply(state.clone(), editor)
    yield
    with connection.schema_editor() as editor:
        migration.unapply(state.clone(), editor)


def is_state(value: str) -> bool:
    try:
        with transaction.atomic():
            fetch("SELECT %s::text::backup_state_is_known", [value])
    except IntegrityError:
        return False
    return True


def columns() -> list[Any]:
    return fetch(
        "SELECT column_name, domain_name, character_maximum_length, collation_name, is_nullable"
        " FROM information_schema.columns WHERE table_name = 'backups_appbackup' ORDER BY 1"
    )


def test_every_rule_of_one_column_has_an_example() -> None:
    declared = {each.name for model in (AppBackup, Snapshot, Transition) for each in domains(model)}
    assert {name for *_, name in REFUSED} == declared


@pytest.mark.parametrize(("model", "column", "value", "name"), REFUSED)
def test_a_refusal_has_the_name_of_the_rule_in_the_database_and_in_forms(
    model: type[Model], column: str, value: object, name: str, app: App, bucket: Bucket
) -> None:
    backup = world.make_backup(app, bucket, snapshot=world.make_snapshot(app))
    if model is Transition:
        row: Any = Transition(
            account=app.account, kind="x", resource_id=backup.id, at=app.created_at
        )
        row.sequence = 0
        row.save()
    else:
        row = model._default_manager.get()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model._default_manager.update(**{column: value})
    assert refused.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
    setattr(row, column, value)
    with pytest.raises(ValidationError) as worded:
        row.validate_constraints()
    assert f"Constraint “{name}” is violated." in worded.value.messages


def test_nothing_is_to_be_migrated() -> None:
    assert drafted()[0] is None


def test_the_gate_notices_a_changed_enumeration_and_its_migration_changes_the_domain() -> None:
    migration, state = drafted(*MORE_STATES)
    assert migration is not None
    before = kept()
    with migrated(migration, state):
        assert [is_state("completed"), is_state("mislaid"), is_state("lost")] == [True, True, False]
        assert kept() == before
    assert [is_state("completed"), is_state("mislaid")] == [True, False]


def test_the_gate_notices_that_a_domain_becomes_a_check() -> None:
    migration, state = drafted(*CHECKS)
    assert migration is not None
    before = kept()
    with migrated(migration, state):
        assert ("backups_appbackup", "c", "backup_state_is_known") in kept()
    assert kept() == before


def test_the_gate_notices_another_length_and_its_migration_keeps_the_domain() -> None:
    longer = AppBackup._meta.get_field("name").clone()
    longer.max_length = 99
    migration, state = drafted(name=longer)
    assert migration is not None
    before, rules = columns(), kept()
    with migrated(migration, state):
        assert [each for each in columns() if each not in before] == [
            ("name", "backup_name_is_dns_label", 99, "C", "NO")
        ]
        assert kept() == rules
    assert columns() == before


def test_domains_go_and_come_with_their_table() -> None:
    before, columns_before = kept(), columns()
    with connection.schema_editor() as editor:
        editor.delete_model(AppBackup)
    assert fetch("SELECT typname FROM pg_type WHERE typtype = 'd' AND typname ~ '^backup'") == []
    with connection.schema_editor() as editor:
        editor.create_model(AppBackup)
    assert (kept(), columns()) == (before, columns_before)


def test_a_rule_of_several_columns_is_no_domain() -> None:
    several = Q(state="completed") | Q(ends_at=None)
    with pytest.raises(ValueError, match="backup_is_odd"):
        DomainConstraint(condition=several, name="backup_is_odd")
    names = {each.name for each in domains(AppBackup)}
    assert "backup_final_state_is_at_rest" not in names


def test_a_scenario_that_is_refused_tells_the_rule_and_the_value(app: App, bucket: Bucket) -> None:
    world.make_backup(app, bucket)
    finding = Finding("my.yaml", 7, "", "")
    document = SimpleNamespace(finding=lambda path, reason: replace(finding, reason=reason))
    item: Any = SimpleNamespace(document=document, path=())
    with pytest.raises(ScenarioConflictError) as told, reporting_conflicts(item):
        AppBackup.objects.update(total_bytes=-1)
    assert str(told.value) == (
        "my.yaml:7: The database refuses it (backup_has_no_negative_bytes): value for domain"
        " backup_has_no_negative_bytes violates check constraint"
        ' "backup_has_no_negative_bytes"'
    )
