"""What an item may say of an instant, a byte or an id: it is so, or it is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from astra.accounts.models import RoleBinding
from astra.scenarios.errors import ScenarioError
from backups.models import AppBackup, Bucket
from tests.scenarios.seeded import call_as, check_history, load_text

pytestmark = pytest.mark.django_db

AT = "2026-01-05T12:00:00Z"
OWNER = {"email": "o@example.com", "role": "owner"}
IDS = ("5c2f0d1e-8f0a-4b6e-9c3d-2a7b1e4f6d80", "5c2f0d1e-8f0a-4b6e-9c3d-2a7b1e4f6d81")


def world(backup: Any = None, **members: Any) -> str:
    account = {
        "name": "exact",
        "createdAt": "2025-01-01T00:00:00Z",
        "clock": {"mode": "manual", "at": AT},
        "users": [OWNER],
        "buckets": [{"name": "one"}],
        "apps": [{"name": "shop", "age": "30d", "backups": [{"name": "b", **(backup or {})}]}],
    }
    return yaml.safe_dump({"scenario": "exact", "accounts": [{**account, **members}]})


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as error:
        load_text(text)
    (finding,) = error.value.findings
    return f"{finding.path}: {finding.reason}"


RUNNING = {
    "createdAt": "2026-01-05T11:00:00Z",
    "state": "running",
    "modifiedAt": "2026-01-05T11:10:00Z",
    "backupCreationTimestamp": "2026-01-05T11:10:00.000001Z",
    "totalBytes": 3_000_000_001,
    "bytesDone": 1_234_567_890,
}


def test_a_running_backup_is_where_it_says_to_the_byte() -> None:
    load_text(world(RUNNING | {"modifiedAt": RUNNING["backupCreationTimestamp"]}))
    backup = AppBackup.objects.get()
    shown = call_as("o@example.com").read(f"topology/v1/appBackups/{backup.id}")
    assert shown["bytesDone"] == 1_234_567_890
    assert shown["backupCreationTimestamp"] == RUNNING["backupCreationTimestamp"]
    assert shown["metadata"]["modificationTimestamp"] == RUNNING["backupCreationTimestamp"]
    assert backup.next_transition_at is not None
    assert backup.next_transition_at > datetime(2026, 1, 5, 12, tzinfo=UTC)
    check_history()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"modifiedAt": "2026-01-05T10:00:00Z"},
            "backups[0].modifiedAt: Must be between when it was made and now.",
        ),
        (
            {"modifiedAt": "2026-01-05T13:00:00Z"},
            "backups[0].modifiedAt: Must be between when it was made and now.",
        ),
        (
            {"backupCreationTimestamp": "2026-01-05T10:00:00Z"},
            "backups[0].backupCreationTimestamp: It did not run then.",
        ),
    ],
)
def test_an_instant_that_cannot_be_is_refused(changed: Any, said: str) -> None:
    assert refused(world(RUNNING | changed)) == f"accounts[0].apps[0].{said}"


def test_bindings_take_the_place_of_a_role() -> None:
    bindings = [
        {"name": "first", "id": IDS[0], "user": "o@example.com", "role": "owner"},
        {"name": "second", "id": IDS[1], "user": "o@example.com", "role": "viewer"},
    ]
    load_text(world(roleBindings=bindings))
    assert {str(each) for each in RoleBinding.objects.values_list("id", flat=True)} == set(IDS)


@pytest.mark.parametrize("whose", [{}, {"user": "o@example.com", "group": "g"}])
def test_a_binding_is_of_one(whose: Any) -> None:
    text = world(roleBindings=[{"name": "first", "role": "owner", **whose}])
    assert refused(text).endswith("A binding is of either a user or a group.")


def test_siblings_of_one_name_are_told_apart_by_their_ids() -> None:
    providers = zip(IDS, ("gcp", "aws"), strict=True)
    buckets = [{"name": "one", "id": each, "provider": provider} for each, provider in providers]
    load_text(world({"bucket": IDS[1]}, buckets=buckets))
    assert str(AppBackup.objects.get().bucket_id) == IDS[1]
    assert Bucket.objects.count() == 2


def test_who_made_it_may_be_gone() -> None:
    load_text(world({"createdBy": IDS[0]}))
    assert str(AppBackup.objects.get().created_by) == IDS[0]


NEVER = "2026-02-30T00:00:00Z"


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({"validFromTimestamp": NEVER}, "validFromTimestamp"),
        ({"asRead": {"lastResourceCollectionTimestamp": NEVER}}, "asRead"),
    ],
)
def test_no_member_is_a_day_that_does_not_exist(item: dict[str, Any], path: str) -> None:
    section = "apps" if "asRead" in item else "credentials"
    kind = {} if "asRead" in item else {"keyType": "kubeconfig"}
    finding = refused(world(**{section: [{"name": "c", **kind, **item}]}))
    assert finding.startswith(f"accounts[0].{section}[0].{path}")
    assert finding.endswith(": day is out of range for month.")
