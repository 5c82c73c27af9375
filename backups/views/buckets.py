"""buckets: `…/topology/v1/buckets`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api.collections import CollectionView
from astra.api.views import ApiView
from backups import kinds
from backups.models import Bucket
from backups.serializers.buckets import MEMBERS, represent


class Buckets(CollectionView):
    """The buckets of the account."""

    kind = kinds.BUCKET
    members = MEMBERS
    write_role = "admin"

    def rows(self) -> QuerySet[Bucket]:
        """Return the buckets of the account."""
        return Bucket.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: Bucket, now: datetime) -> dict[str, Any]:
        """Return the JSON of a bucket."""
        return represent(row, now)


class BucketInstance(ApiView):
    """One bucket."""

    kind = kinds.BUCKET
    write_role = "admin"

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        """Retrieve a bucket."""
        bucket = Bucket.objects.filter(
            account_id=self.caller.account_id, id=self.ids["bucket_id"]
        ).first()
        if bucket is None:
            raise self.not_found()
        return self.found(represent(bucket, self.caller.now()))
