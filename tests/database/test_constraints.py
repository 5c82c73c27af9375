"""Every rule that the database keeps is one that a model declares, and none gets lost on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CheckConstraint, ForeignKey, Model, UniqueConstraint

from astra.api.statements import fetch
from astra.database.domains import DomainConstraint
from astra.faults.models import KNOWN_EFFECTS, FaultRule

pytestmark = pytest.mark.django_db

# The rules of rows, as they were reviewed: one that is taken away on purpose is taken from here too.
REVIEWED = """
    account_clock_has_an_end
    account_clock_is_not_too_fast
    account_clock_rate_fits_mode
    account_name_is_not_empty
    account_only_manual_clock_is_moved
    account_real_clock_has_no_offset
    account_state_is_known
    role_binding_is_unique
    role_binding_role_is_known
    token_digest_is_sha256
    token_digest_is_unique
    user_email_is_unique
    user_provider_is_known
    user_state_is_known
    app_name_is_dns_label
    app_protection_state_is_known
    app_size_and_throughput_are_sane
    app_state_is_known
    app_transition_count_is_not_negative
    backup_final_state_is_at_rest
    backup_has_no_negative_bytes
    backup_hook_state_is_known
    backup_name_is_dns_label
    backup_name_is_unique
    backup_outcome_is_final
    backup_state_is_known
    backup_transition_count_is_not_negative
    backup_version_is_known
    bucket_default_is_unique
    bucket_final_state_is_at_rest
    bucket_is_unique
    bucket_name_is_not_empty
    bucket_outcome_is_final
    bucket_provider_is_known
    bucket_state_is_known
    bucket_stores_no_negative_bytes
    bucket_transition_count_is_not_negative
    schedule_granularity_is_known
    schedule_is_unique
    schedule_retentions_are_numbers
    snapshot_final_state_is_at_rest
    snapshot_hook_state_is_known
    snapshot_name_is_dns_label
    snapshot_name_is_unique
    snapshot_outcome_is_final
    snapshot_state_is_known
    snapshot_transition_count_is_not_negative
    transition_is_recorded_once
    transition_sequence_is_not_negative
    fault_rule_acts_at_most_next_times
    fault_rule_acts_only_when_asked
    fault_rule_effect_is_known
    fault_rule_every_is_positive
    fault_rule_method_is_known
    fault_rule_next_is_positive
    fault_rule_position_is_unique
    fault_rule_probability_is_fraction
    faults_faultrule_every_check
    faults_faultrule_hits_check
    faults_faultrule_next_count_check
    faults_faultrule_position_check
    faults_faultrule_seen_check
    checkpoint_name_is_not_empty
    checkpoint_name_is_unique
    isolation_checkpoint_format_version_check
    checkpoint_part_is_unique
    isolation_checkpointpart_number_check
    isolation_checkpointpart_row_count_check
    journal_journalentry_problem_check
    journal_journalentry_status_check
    journal_loss_is_not_negative
"""

# What is kept of a table, and where: table or table.column, what it is, its name. Of a foreign key it
# is the table that it leads to; unnamed ones have the names that PostgreSQL gives.
Rule = tuple[str, str, str]
_KEPT = """
    SELECT conrelid::regclass::text, contype::text, conname::text FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'p')
    UNION ALL
    SELECT format('%s.%s', conrelid::regclass, string_agg(attname, ',' ORDER BY place)), 'f',
           confrelid::regclass::text
    FROM pg_constraint CROSS JOIN unnest(conkey) WITH ORDINALITY AS key (number, place)
    JOIN pg_attribute ON attrelid = conrelid AND attnum = number
    WHERE connamespace = 'public'::regnamespace AND contype = 'f'
    GROUP BY pg_constraint.oid, conrelid, confrelid
    UNION ALL
    SELECT indrelid::regclass::text, 'u', indexrelid::regclass::text FROM pg_index
    WHERE indisunique AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
    UNION ALL
    SELECT format('%s.%s', attrelid::regclass, attname), 'd', conname::text
    FROM pg_constraint JOIN pg_attribute ON atttypid = contypid AND NOT attisdropped
    JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
    WHERE connamespace = 'public'::regnamespace
"""


def own_models() -> list[type[Model]]:
    models = apps.get_models()
    return [each for each in models if each._meta.managed and each.__module__[:7] != "django."]


def declared(model: type[Model]) -> Iterator[Rule]:
    table = model._meta.db_table
    yield table, "p", f"{table}_pkey"
    for field in model._meta.concrete_fields:
        if field.db_check(connection):
            yield table, "c", f"{table}_{field.column}_check"
        if isinstance(field, ForeignKey) and field.db_constraint:  # type: ignore[attr-defined]
            yield f"{table}.{field.column}", "f", field.related_model._meta.db_table
    for constraint in model._meta.constraints:
        if isinstance(constraint, DomainConstraint):
            yield f"{table}.{constraint.field_name}", "d", constraint.name
        elif isinstance(constraint, CheckConstraint):
            yield table, "c", constraint.name
        else:
            assert isinstance(constraint, UniqueConstraint)
            yield table, "u", constraint.name


def kept() -> list[Rule]:
    tables = {each._meta.db_table for each in own_models()}
    found: list[Any] = fetch(_KEPT)
    return sorted(tuple(each) for each in found if each[0].split(".")[0] in tables)


def test_the_database_keeps_what_the_models_declare() -> None:
    expected = [rule for model in own_models() for rule in declared(model)]
    expected.append((FaultRule._meta.db_table, "c", KNOWN_EFFECTS))
    assert kept() == sorted(expected)


def test_no_reviewed_rule_is_lost() -> None:
    assert set(REVIEWED.split()) - {name for _, _, name in kept()} == set()
