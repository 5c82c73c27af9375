"""POST …/appBackups: the app, the bucket and the snapshot that a backup is made of.

Source: the user's document (bucketID, snapshotID) and `docs/architecture.md`, 'Bucket and snapshot
of a backup'.
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from backups.lifecycle import APP, BUCKET
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, invalid, number

UNREADY_APP_STATES = sorted(set(APP.states) - {"ready"})
UNAVAILABLE = sorted(set(BUCKET.states) - {"available"})
UNFINISHED = ["pending", "discovering", "running", "failed", "removed", "unknown"]


def _refused(response: Any) -> tuple[int, int, list[str]]:
    """Return number, status and names, having seen that nothing was made."""
    assert not AppBackup.objects.exists()
    assert not Snapshot.objects.filter(state="pending", transition_count=1).exists()
    return number(response), response.status_code, invalid(response)


class TestApp:
    def test_an_unknown_app_is_problem_2(self, api: Api, bucket: Bucket) -> None:
        assert _refused(api.create_backup(App(id=world.some_id()))) == (2, 404, [])

    def test_an_app_of_another_account_is_problem_2(
        self, api: Api, bucket: Bucket, stranger: Api
    ) -> None:
        assert _refused(api.create_backup(world.make_app(stranger.account))) == (2, 404, [])

    def test_an_unmanaged_app_is_problem_2(self, api: Api, app: App, bucket: Bucket) -> None:
        App.objects.filter(id=app.id).update(deleted_at=world.START)
        assert _refused(api.create_backup(app)) == (2, 404, [])

    @pytest.mark.parametrize("state", UNREADY_APP_STATES)
    def test_an_app_that_is_not_ready_is_problem_112(
        self, api: Api, app: App, bucket: Bucket, state: str
    ) -> None:
        App.objects.filter(id=app.id).update(state=state)
        assert _refused(api.create_backup(app)) == (112, 409, [])
        assert not Snapshot.objects.exists()

    def test_an_app_that_was_not_ready_is_asked_again(
        self, api: Api, app: App, bucket: Bucket
    ) -> None:
        App.objects.filter(id=app.id).update(state="discovering")
        assert number(api.create_backup(app)) == 112
        App.objects.filter(id=app.id).update(state="ready")
        assert api.create_backup(app).status_code == 201


class TestBucket:
    def test_a_named_bucket_is_used(self, api: Api, app: App) -> None:
        world.make_bucket(api.account, is_default=True)
        bucket = world.make_bucket(api.account, stored_bytes=10**15)
        created = json.loads(api.create_backup(app, bucketID=str(bucket.id)).content)
        assert created["bucketID"] == str(bucket.id)

    def test_an_unknown_bucket_is_problem_108(self, api: Api, app: App, bucket: Bucket) -> None:
        response = api.create_backup(app, bucketID=str(world.some_id()))
        assert _refused(response) == (108, 400, ["bucketID"])

    @pytest.mark.parametrize("state", BUCKET.states)
    def test_a_bucket_of_another_account_is_problem_108(
        self, api: Api, app: App, bucket: Bucket, stranger: Api, state: str
    ) -> None:
        theirs = world.make_bucket(stranger.account, state=state)
        assert _refused(api.create_backup(app, bucketID=str(theirs.id))) == (108, 400, ["bucketID"])

    @pytest.mark.parametrize("state", UNAVAILABLE)
    def test_a_named_bucket_that_is_not_available_is_problem_9(
        self, api: Api, app: App, bucket: Bucket, state: str
    ) -> None:
        named = world.make_bucket(api.account, state=state)
        response = api.create_backup(app, bucketID=str(named.id))
        assert _refused(response) == (9, 400, ["bucketID"])
        reason = json.loads(response.content)["invalidFields"][0]["reason"]
        assert reason == f"The bucket is {state}, not available."

    def test_no_bucket_at_all_is_problem_127_naming_nothing(self, api: Api, app: App) -> None:
        assert _refused(api.create_backup(app)) == (127, 400, [])

    def test_no_available_bucket_of_the_account_is_problem_127(
        self, api: Api, app: App, stranger: Api
    ) -> None:
        world.make_bucket(stranger.account)
        for state in UNAVAILABLE:
            world.make_bucket(api.account, state=state)
        assert _refused(api.create_backup(app)) == (127, 400, [])

    def _chosen(self, api: Api, app: App) -> str:
        return str(json.loads(api.create_backup(app).content)["bucketID"])

    def test_the_default_bucket_is_chosen_first(self, api: Api, app: App) -> None:
        world.make_bucket(api.account)
        default = world.make_bucket(api.account, is_default=True, stored_bytes=10**15)
        assert self._chosen(api, app) == str(default.id)

    def test_a_default_bucket_that_is_not_available_is_passed_over(
        self, api: Api, app: App
    ) -> None:
        world.make_bucket(api.account, is_default=True, state="failed")
        other = world.make_bucket(api.account, stored_bytes=10**15)
        assert self._chosen(api, app) == str(other.id)

    def test_without_a_default_the_one_with_the_fewest_bytes_is_chosen(
        self, api: Api, app: App
    ) -> None:
        world.make_bucket(api.account, stored_bytes=2)
        emptier = world.make_bucket(
            api.account, stored_bytes=1, created_at=world.START + timedelta(days=1)
        )
        world.make_bucket(api.account, stored_bytes=0, state="pending")
        assert self._chosen(api, app) == str(emptier.id)

    def test_of_equally_full_buckets_the_oldest_is_chosen(self, api: Api, app: App) -> None:
        world.make_bucket(api.account)
        oldest = world.make_bucket(api.account, created_at=world.START - timedelta(days=1))
        world.make_bucket(api.account)
        assert self._chosen(api, app) == str(oldest.id)

    def test_of_equally_old_buckets_the_one_with_the_least_id_is_chosen(
        self, api: Api, app: App
    ) -> None:
        least = min(str(world.make_bucket(api.account).id) for _ in range(4))
        assert self._chosen(api, app) == least


class TestSnapshot:
    def test_a_completed_snapshot_of_the_app_is_used(
        self, api: Api, app: App, bucket: Bucket
    ) -> None:
        snapshot = world.make_snapshot(app)
        response = api.create_backup(app, snapshotID=str(snapshot.id))
        assert json.loads(response.content)["snapshotID"] == str(snapshot.id)
        assert list(Snapshot.objects.values_list("id", flat=True)) == [snapshot.id]

    def test_an_unknown_snapshot_is_problem_46(self, api: Api, app: App, bucket: Bucket) -> None:
        response = api.create_backup(app, snapshotID=str(world.some_id()))
        assert _refused(response) == (46, 400, ["snapshotID"])

    def test_a_snapshot_of_another_account_is_problem_46(
        self, api: Api, app: App, bucket: Bucket, stranger: Api
    ) -> None:
        theirs = world.make_snapshot(world.make_app(stranger.account))
        response = api.create_backup(app, snapshotID=str(theirs.id))
        assert _refused(response) == (46, 400, ["snapshotID"])

    @pytest.mark.parametrize("state", ["completed", "pending", "failed"])
    def test_a_snapshot_of_another_app_is_problem_47(
        self, api: Api, app: App, bucket: Bucket, state: str
    ) -> None:
        other = world.make_snapshot(world.make_app(api.account), state=state)
        response = api.create_backup(app, snapshotID=str(other.id))
        assert _refused(response) == (47, 403, ["snapshotID"])

    @pytest.mark.parametrize("state", UNFINISHED)
    def test_a_snapshot_that_is_not_completed_is_problem_111(
        self, api: Api, app: App, bucket: Bucket, state: str
    ) -> None:
        snapshot = world.make_snapshot(app, state=state)
        response = api.create_backup(app, snapshotID=str(snapshot.id))
        assert _refused(response) == (111, 409, ["snapshotID"])

    def test_without_one_a_snapshot_is_made_with_the_backup(
        self, api: Api, app: App, bucket: Bucket
    ) -> None:
        created = json.loads(api.create_backup(app).content)
        (snapshot,) = Snapshot.objects.all()
        backup = AppBackup.objects.get()
        assert "snapshotID" not in created
        assert (backup.snapshot_id, backup.owns_snapshot) == (snapshot.id, True)
        listed = api.read(f"k8s/v1/apps/{app.id}/appSnaps")["items"]
        assert listed == [
            {
                "type": "application/astra-appSnap",
                "version": "1.3",
                "id": str(snapshot.id),
                "name": f"shop-snapshot-20260105120000-{str(snapshot.id)[:8]}",
                "state": "pending",
                "stateUnready": [],
                "metadata": {
                    "labels": [],
                    "creationTimestamp": "2026-01-05T12:00:00.123456Z",
                    "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
                    "createdBy": str(api.user_id),
                },
            }
        ]

    def test_several_backups_of_one_app_may_run_at_once(
        self, api: Api, app: App, bucket: Bucket
    ) -> None:
        snapshot = world.make_snapshot(app)
        for name in ("a", "b", None, None):
            named = {"name": name, "snapshotID": str(snapshot.id)} if name else {}
            assert api.create_backup(app, **named).status_code == 201
        assert AppBackup.objects.filter(state="pending").count() == 4
        assert Snapshot.objects.count() == 3
