"""Views of mirrors: an app has those that lead from it and to it, and a PUT may swap the two ends."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, Q, QuerySet

from astra.resources import places
from astra.resources.views import ResourceCollection, ResourceInstance, ResourceView
from mirrors.actions.app_mirrors import ENDS
from mirrors.models import AppMirror


class _MirrorsOfPath(ResourceView):
    @classmethod
    def rows_at(cls, account_id: Any, ids: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the mirrors of the account, or of the app that the path names, whichever end it is."""
        rows = AppMirror.objects.filter(account_id=account_id)
        if not cls.place.parents:
            return rows
        (app,) = places.parents(cls.place, account_id, ids)
        of_app = Q(source_app_id=ids["app_id"]) | Q(destination_app_id=ids["app_id"])
        return rows.filter(of_app, Exists(app))


class AppMirrors(_MirrorsOfPath, ResourceCollection):
    """The mirrors of the account, or of an app: those from it and to it."""


class AppMirrorInstance(_MirrorsOfPath, ResourceInstance):
    """One mirror."""

    def mutable(self, row: Any, body: Mapping[str, Any]) -> frozenset[str]:
        """Return the members that the body may change: the ends too, as they may be swapped."""
        return super().mutable(row, body) | frozenset(ENDS)
