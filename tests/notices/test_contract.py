"""What follows from the history keeps the contract of every resource."""

from datetime import datetime
from typing import Any, ClassVar

from astra.accounts.models import Described
from astra.engine.models import Transition
from astra.resources.resource import Resource as Declaration
from notices.resources.notifications import EVENT, NOTIFICATION
from notices.resources.tasks import TASK
from notices.resources.unread import UNREAD
from tests import world
from tests.contract import Lists, Resource, Retrieves
from tests.contract_writes import Deletes
from tests.declared import BelowParents


class _Follows(Resource):
    """An instance comes with a step."""

    declaration: ClassVar[Declaration]
    step: ClassVar[dict[str, Any]] = {
        "kind": "appSnap",
        "sequence": 3,
        "from_state": "running",
        "to_state": "completed",
    }

    def make(self, *, created_at: datetime = world.START, **values: Any) -> Described:
        """Store a step; return the last of what follows from it."""
        assert not values, "what follows from a step has nothing of its own"
        resource = world.some_id()
        Transition.objects.create(
            account=self.account, resource_id=resource, at=created_at, **self.step
        )
        model: Any = self.declaration.model
        made: Described = model.objects.filter(resource_id=resource, **self.whose()).latest("id")
        return made

    def whose(self) -> dict[str, Any]:
        """What else tells the one that is meant."""
        return {}

    def test_metadata_is_what_was_stored(self) -> None:
        document = self.read(self.url(self.make().id))
        assert document["metadata"] == {
            "labels": [],
            "creationTimestamp": "2026-01-05T12:00:00.123456Z",
            "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
            "createdBy": "00000000-0000-0000-0000-000000000000",
        }


class TestEvents(_Follows, Lists, Retrieves):
    declaration = EVENT
    kind = EVENT.kind
    path = "core/v1/events"
    members = EVENT.members.shape.members()


class TestNotifications(_Follows, Lists, Retrieves):
    declaration = NOTIFICATION
    kind = NOTIFICATION.kind
    path = "core/v1/notifications"
    members = NOTIFICATION.members.shape.members()


class TestTasks(_Follows, Lists, Retrieves):
    declaration = TASK
    kind = TASK.kind
    path = "core/v1/tasks"
    members = TASK.members.shape.members()
    retrieve_misses = 1
    # Two tasks come with it.
    step = {"kind": "app", "sequence": 2, "from_state": "ready", "to_state": "restoring"}

    def make_three(self) -> list[str]:
        before = set(self.ids())
        super().make_three()
        return [each for each in self.ids() if each not in before]

    def test_instances_of_the_same_instant_are_ordered_by_id(self) -> None:
        for _ in range(4):
            self.make()
        assert self.ids() == sorted(self.ids())


class TestUnreadNotifications(_Follows, BelowParents, Lists, Retrieves, Deletes):
    declaration = UNREAD
    place = UNREAD.places[0]
    kind = UNREAD.kind
    path = "core/v1/users/{user_id}/unreadNotifications"
    members = UNREAD.members.shape.members()
    write_role = UNREAD.write_role

    def whose(self) -> dict[str, Any]:
        return {"user_id": self.parents()["user_id"]}


class TestUnreadNotificationsOfAMember(_Follows, Lists, Retrieves, Deletes):
    """`…/groups/{group_id}/users/{user_id}/unreadNotifications`: of a user in the group."""

    declaration = UNREAD
    kind = UNREAD.kind
    path = UNREAD.places[1].path
    members = UNREAD.members.shape.members()
    write_role = UNREAD.write_role

    def parents(self) -> dict[str, Any]:
        made: dict[Any, dict[str, Any]] = self.__dict__.setdefault("_parents", {})
        if self.account.id not in made:
            user = world.make_user(self.account, None)
            group = world.make_group(self.account, user)
            made[self.account.id] = {"group_id": group.id, "user_id": user.id}
        return made[self.account.id]

    def whose(self) -> dict[str, Any]:
        return {"user_id": self.parents()["user_id"]}
