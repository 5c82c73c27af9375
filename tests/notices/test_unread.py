"""Notifications that a user has not read."""

import pytest

from astra.accounts.models import Role
from backups.models import App, Bucket
from notices.models import ReadMark
from tests import world
from tests.conftest import Api, number

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(api: Api, app: App, bucket: Bucket) -> list[str]:
    """The ids of notifications."""
    api.create_backup(app)
    world.advance(api.account, 3600)
    return [each["id"] for each in api.read("core/v1/notifications")["items"]]


def path(api: Api) -> str:
    return f"core/v1/users/{api.user_id}/unreadNotifications"


def test_every_notification_is_unread_at_first(api: Api, told: list[str]) -> None:
    unread = api.read(path(api))["items"]
    assert [each["notificationID"] for each in unread] == told
    for each in unread:
        assert api.read(f"{path(api)}/{each['id']}") == each


def test_deleting_the_mark_is_reading_it(api: Api, told: list[str]) -> None:
    first, *rest = api.read(path(api))["items"]
    assert api.delete(f"{path(api)}/{first['id']}").status_code == 204
    assert api.read(path(api))["items"] == rest
    assert number(api.get(f"{path(api)}/{first['id']}")) == 2
    assert number(api.delete(f"{path(api)}/{first['id']}")) == 1
    # The notification itself stays.
    assert len(api.read("core/v1/notifications")["items"]) == len(told)


def test_what_one_has_read_others_have_not(api: Api, told: list[str]) -> None:
    viewer = world.make_user(api.account, Role.VIEWER, created_at=api.account.created_at)
    other = Api(api.account, world.make_token(viewer), viewer.id)
    first = api.read(path(api))["items"][0]
    api.delete(f"{path(api)}/{first['id']}")
    theirs = other.read(path(other))["items"]
    assert [each["notificationID"] for each in theirs] == told
    assert not {each["id"] for each in theirs} & {
        each["id"] for each in api.read(path(api))["items"]
    }
    # A viewer may say what the viewer has read.
    assert other.delete(f"{path(other)}/{theirs[0]['id']}").status_code == 204


def test_what_was_before_a_user_was_made_is_not_unread(api: Api, told: list[str]) -> None:
    late = world.make_user(api.account, created_at=api.account.now(), modified_at=api.account.now())
    assert api.read(f"core/v1/users/{late.id}/unreadNotifications")["items"] == []


def test_the_marks_go_with_the_user(api: Api, told: list[str]) -> None:
    viewer = world.make_user(api.account, Role.VIEWER, created_at=api.account.created_at)
    other = Api(api.account, world.make_token(viewer), viewer.id)
    first = other.read(path(other))["items"][0]
    other.delete(f"{path(other)}/{first['id']}")
    assert ReadMark.objects.count() == 1
    assert api.delete(f"core/v1/users/{viewer.id}").status_code == 204
    assert ReadMark.objects.count() == 0
