"""What an instance says, its serializer lists: every member, in order, with limits and patterns."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import resolve
from rest_framework.exceptions import ValidationError

from astra.accounts.models import Account, Role
from astra.api import fields
from backups.models import App, AppAsset, Bucket, Schedule
from tests import world
from tests.conftest import Api

DETAIL = {"type": "t", "title": "Hook failed", "detail": "It exited with 1."}


def _app(api: Api, app: App) -> str:
    copy = world.make_app(
        api.account,
        cluster_id=world.some_id(),
        cluster_name="east",
        collected_at=world.START,
        source_app_id=app.id,
        source_cluster_id=world.some_id(),
        backup_id=world.some_id(),
        snapshot_id=world.some_id(),
        namespaces=["shop"],
        namespace_scoped_resources=[{"namespace": "shop", "labelSelectors": ["a=b"]}],
        cluster_scoped_resources=[{"GVK": {"group": "g", "kind": "k", "version": "v1"}}],
        namespace_mapping=[{"source": "a", "destination": "b"}],
        storage_class_mapping=[{"source": "*", "destination": "b"}],
        restore_filter={"resourceSelectionCriteria": "include", "GVKN": [{"kind": "k"}]},
        state_details=[DETAIL],
        protection_state_details=[DETAIL],
    )
    return f"k8s/v2/apps/{copy.id}"


def _backup(api: Api, app: App) -> str:
    snapshot = world.make_snapshot(app)
    backup = world.make_backup(
        app,
        world.make_bucket(api.account),
        snapshot=snapshot,
        snapshot_shown=True,
        schedule_id=world.some_id(),
        state="failed",
        ends_at=world.START + timedelta(seconds=5),
        state_unready=["It failed."],
        hook_state="failed",
        hook_state_details=[DETAIL],
        labels=[{"name": "a", "value": "b"}],
        modified_by=world.some_id(),
    )
    return f"k8s/v1/apps/{app.id}/appBackups/{backup.id}"


def _snapshot(api: Api, app: App) -> str:
    bucket = world.make_bucket(api.account)
    snapshot = world.make_snapshot(
        app, bucket=bucket, schedule_id=world.some_id(), hook_state_details=[DETAIL]
    )
    return f"k8s/v1/apps/{app.id}/appSnaps/{snapshot.id}"


def _schedule(api: Api, app: App) -> str:
    schedule = Schedule.objects.create(
        account=api.account,
        app=app,
        bucket=world.make_bucket(api.account),
        name="nightly",
        version="1.3",
        granularity="monthly",
        hour="2",
        day_of_month="31",
        snapshot_retention="1",
        backup_retention="1",
        **world.AWAKE,
    )
    return f"k8s/v1/apps/{app.id}/schedules/{schedule.id}"


def _bucket(api: Api, app: App) -> str:
    bucket = world.make_bucket(api.account, retention_seconds=-1, state_details=[DETAIL])
    return f"topology/v1/buckets/{bucket.id}"


def _asset(api: Api, app: App) -> str:
    asset = AppAsset.objects.filter(app=app, group="apps")[0]
    return f"k8s/v1/apps/{app.id}/appAssets/{asset.id}"


def _account(api: Api, app: App) -> str:
    contact = {"firstName": "Ada", "lastName": "Palmer", "email": "a@example.com"}
    address = {
        "addressCountry": "GB",
        "addressLocality": "London",
        "addressRegion": "London",
        "postalCode": "N1",
        "streetAddress1": "High Street 1",
    }
    Account.objects.filter(id=api.account.id).update(
        contact=contact | {"postalAddress": address}, enabled_at=world.START
    )
    return ""


def _user(api: Api, app: App) -> str:
    user = world.make_user(
        api.account, None, company_name="Shop", phone="1", auth_id="a", enabled_at=world.START
    )
    return f"core/v1/users/{user.id}"


def _token(api: Api, app: App) -> str:
    made = api.post(
        f"core/v1/users/{api.user_id}/tokens",
        {"type": "application/astra-token", "version": "1.0", "name": "x"},
    )
    return f"core/v1/users/{api.user_id}/tokens/{json.loads(made.content)['id']}"


def _binding(api: Api, app: App) -> str:
    binding = world.bind(world.make_user(api.account, None), Role.VIEWER)
    return f"core/v1/roleBindings/{binding.id}"


# Members that the API knows and this service never shows, by kind.
NEVER = {
    "app": {
        "stateTransitions",
        "appDetectedType",
        "sourceClusterName",
        "replicationSourceAppID",
    },
    "appSnap": {"snapshotAppAsset", "stateDetails"},
    "appAsset": {"resource"},
    "schedule": {"dayOfWeek", "recurrenceRule"},
    "user": {"lastActTimestamp", "postalAddress"},
}


@pytest.mark.parametrize(
    "make",
    [_app, _backup, _snapshot, _schedule, _bucket, _asset, _account, _user, _token, _binding],
)
def test_an_instance_has_the_members_of_its_serializer(
    api: Api, app: App, bucket: Bucket, make: Any
) -> None:
    path = make(api, app)
    document = api.read(path)
    found: Any = resolve(f"/accounts/{api.account.id}/{path}".rstrip("/")).func
    view = found.view_class
    view.shape.parse(document)
    listed = [name for name in view.shape().fields if name in document]
    assert list(document) == listed
    assert view.shape.members() - set(document) == NEVER.get(view.kind.name, set())


@pytest.mark.parametrize("value", [True, False, "1", None, [1]])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        fields.NumberField().run_validation(value)


@pytest.mark.parametrize("value", [0, -1, 2**63, 1.5])
def test_a_number_is_kept_as_it_came(value: float) -> None:
    assert fields.NumberField().run_validation(value) == value
