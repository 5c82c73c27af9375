"""How the statements of every call read their tables, whatever the planner has been told."""

import pytest

from astra.accounts import callers
from backups.actions.create_statement import CREATE
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api
from tests.plans.plans import MILLION, plant, scans_of

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("counted", [None, 1_000, MILLION])]


@pytest.fixture(autouse=True)
def one_of_each(app: App, bucket: Bucket, api: Api) -> None:
    world.make_backup(app, bucket, snapshot=world.make_snapshot(app))


def test_who_calls_is_found_by_digest_and_keys(counted: int | None) -> None:
    plant(counted)
    assert scans_of(callers._WHO_CALLS) == {
        "accounts_token": {"token_digest_is_unique"},
        "accounts_user": {"accounts_user_pkey"},
        "accounts_account": {"accounts_account_pkey"},
        "accounts_rolebinding": {"role_binding_is_unique", "role_binding_of_group"},
        "accounts_membership": {"membership_is_unique"},
    }


def test_a_create_finds_what_it_names_by_its_key(counted: int | None) -> None:
    plant(counted)
    read = scans_of(CREATE)
    # The one that is chosen is found among those of the account.
    by_key, *chosen = sorted(read.pop("backups_bucket"))
    assert (by_key, set(chosen) <= {"bucket_by_creation", "bucket_is_unique"}) == (
        "backups_bucket_pkey",
        True,
    )
    assert read == {
        "accounts_token": {"token_digest_is_unique"},
        "accounts_user": {"accounts_user_pkey"},
        "accounts_account": {"accounts_account_pkey"},
        "backups_app": {"backups_app_pkey"},
        "backups_snapshot": {"backups_snapshot_pkey"},
    }
