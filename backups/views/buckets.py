"""buckets: `…/topology/v1/buckets`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api import problems
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from backups import kinds
from backups.actions.bucket_create import bucket_create
from backups.actions.bucket_delete import bucket_delete
from backups.actions.bucket_replace import bucket_replace
from backups.models import Bucket
from backups.serializers.buckets import (
    MUTABLE,
    BucketBody,
    BucketCreate,
    BucketFilters,
    BucketReplace,
    represent,
)


class Buckets(CollectionView):
    """The buckets of the account."""

    kind = kinds.BUCKET
    shape = BucketBody
    bodies = {"POST": BucketCreate}
    filters = BucketFilters
    published_parameters = frozenset()
    write_role = "admin"
    failures = {"GET": problems.RESOURCES_NOT_LISTED, "POST": problems.RESOURCE_NOT_CREATED}
    refusals = {"POST": (problems.BUCKET_EXISTS,)}
    simplified = {
        "POST": "no object store is asked and the credential is not looked up; the bucket becomes"
        " available by itself."
    }

    def rows(self) -> QuerySet[Bucket]:
        """Return the buckets of the account."""
        return Bucket.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: Bucket, now: datetime) -> dict[str, Any]:
        """Return the JSON of a bucket."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Add a bucket: 201 with the bucket, pending."""
        bucket = bucket_create(caller=self.caller, body=self.parse(self.body()))
        return self.created(represent(bucket))


class BucketInstance(InstanceView):
    """One bucket."""

    kind = kinds.BUCKET
    id_name = "bucket_id"
    shape = BucketBody
    bodies = {"PUT": BucketReplace}
    write_role = "admin"
    failures = {
        "GET": problems.RESOURCE_NOT_RETRIEVED,
        "PUT": problems.RESOURCE_NOT_UPDATED,
        "DELETE": problems.RESOURCE_NOT_DELETED,
    }
    refusals = {
        "PUT": (problems.BUCKET_EXISTS,),
        "DELETE": (problems.BUCKET_IN_USE, problems.BUCKET_IS_DEFAULT),
    }

    def rows(self) -> QuerySet[Bucket]:
        """Return the buckets among which the id is looked for."""
        return Bucket.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: Bucket, now: datetime) -> dict[str, Any]:
        """Return the JSON of a bucket."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace a bucket: 204."""
        sent = self.body()
        body = self.parse(sent)
        with self.replacing() as (bucket, document):
            refuse_changes(sent, document, mutable=MUTABLE)
            bucket_replace(caller=self.caller, bucket=bucket, body=body)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Remove a bucket: 204."""
        if not bucket_delete(self.rows().filter(id=self.ids["bucket_id"])):
            raise self.not_found()
        return self.nothing()
