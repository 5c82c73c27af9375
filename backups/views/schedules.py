"""schedules: `…/k8s/v1/apps/{app_id}/schedules`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api import problems
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from backups import kinds
from backups.actions.schedule_save import schedule_create, schedule_replace
from backups.models import Schedule
from backups.serializers.schedules import (
    MUTABLE,
    ScheduleBody,
    ScheduleCreate,
    ScheduleFilters,
    ScheduleReplace,
    represent,
)
from backups.views.scope import app_or_404


class Schedules(CollectionView):
    """The schedules of an app."""

    kind = kinds.SCHEDULE
    shape = ScheduleBody
    bodies = {"POST": ScheduleCreate}
    filters = ScheduleFilters
    failures = {"GET": problems.RESOURCES_NOT_LISTED, "POST": problems.SCHEDULE_NOT_ADDED}
    refusals = {"POST": (problems.BUCKET_NOT_FOUND, problems.DUPLICATE_SCHEDULE)}
    simplified = {"POST": "snapshots and backups are taken, but nothing is replicated."}

    def rows(self) -> QuerySet[Schedule]:
        """Return the schedules of the app."""
        app_or_404(self)
        return Schedule.objects.filter(app_id=self.ids["app_id"])

    def represent(self, row: Schedule, now: datetime) -> dict[str, Any]:
        """Return the JSON of a schedule."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Create a schedule: 201 with the schedule."""
        body = self.parse(self.body())
        schedule = schedule_create(caller=self.caller, app_id=self.ids["app_id"], body=body)
        return self.created(represent(schedule))


class ScheduleInstance(InstanceView):
    """One schedule of an app."""

    kind = kinds.SCHEDULE
    id_name = "schedule_id"
    shape = ScheduleBody
    bodies = {"PUT": ScheduleReplace}
    failures = {
        "GET": problems.RESOURCE_NOT_RETRIEVED,
        "PUT": problems.RESOURCE_NOT_UPDATED,
        "DELETE": problems.RESOURCE_NOT_DELETED,
    }
    refusals = {"PUT": (problems.BUCKET_NOT_FOUND, problems.DUPLICATE_SCHEDULE)}
    simplified = {"PUT": "snapshots and backups are taken, but nothing is replicated."}

    def rows(self) -> QuerySet[Schedule]:
        """Return the schedules among which the id is looked for."""
        return Schedule.objects.filter(
            account_id=self.caller.account_id, app_id=self.ids["app_id"], app__deleted_at=None
        )

    def represent(self, row: Schedule, now: datetime) -> dict[str, Any]:
        """Return the JSON of a schedule."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace a schedule: 204."""
        sent = self.body()
        body = self.parse(sent)
        with self.replacing() as (schedule, document):
            refuse_changes(sent, document, mutable=MUTABLE)
            schedule_replace(caller=self.caller, schedule=schedule, body=body)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Delete a schedule: 204; what it made stays."""
        deleted, _ = self.rows().filter(id=self.ids["schedule_id"]).delete()
        if not deleted:
            raise self.not_found()
        return self.nothing()
