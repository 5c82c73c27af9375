"""Views that do more than those of every resource: of what follows from a cluster."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from astra.resources import places
from astra.resources.views import ResourceInstance


class InstanceInCluster(ResourceInstance):
    """One row of a view, which is looked for among those of its cluster: it has no key of its own."""

    @classmethod
    def rows_at(cls, account_id: Any, ids: Mapping[str, Any]) -> QuerySet[Any]:
        """Return what the cluster of the path has."""
        return places.of_collection(cls.resource.model, cls.place, account_id, ids)
