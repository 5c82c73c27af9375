"""What a constrained role reaches of what people are told: that about resources that it reaches."""

from collections.abc import Iterator

from django.db.models import Exists, Model, OuterRef, Q

from astra.accounts.callers import Scope
from astra.resources import registry
from astra.resources.reach import WHOLE_ACCOUNT, reached_rows
from astra.resources.resource import Resource
from notices import kinds


class OfSubject:
    """The resource that it is about, as long as that exists.

    ``says_type``: that of the resource is in `resource_type`, so that what is told of the account's own
    is everybody's.
    """

    told = "what it is about"
    ways = ()

    def __init__(self, *, says_type: bool = False) -> None:
        self.says_type = says_type

    def reached(self, model: type[Model], scope: Scope) -> Q:
        """Return the condition under which the resource is reached."""
        subjects = list(_kept_subjects())
        found = Q()
        for each in subjects:
            rows = reached_rows(each, scope).filter(pk=OuterRef("resource_id"))
            found |= Q(Exists(rows))
        if self.says_type:
            found |= ~Q(resource_type__in=[each.kind.type for each in subjects])
        return found


class OfNotification:
    """The notification that it marks, and so what that is about."""

    told = "what it is about"
    ways = ()

    def reached(self, model: type[Model], scope: Scope) -> Q:
        """Return the condition under which the notification is reached."""
        notification = registry.resource(kinds.NOTIFICATION.name)
        # All that are about one resource are reached, or none.
        rows = reached_rows(notification, scope).filter(resource_id=OuterRef("resource_id"))
        return Q(Exists(rows))


def _kept_subjects() -> Iterator[Resource]:
    """Yield the resources with a history that constraints keep from somebody."""
    for each in registry.resources():
        if each.lifecycle is not None and each.within is not WHOLE_ACCOUNT:
            yield each
