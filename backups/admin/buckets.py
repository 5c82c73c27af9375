"""Buckets on the admin site."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldBooleanSwitchWidget

from astra.accounts.callers import Caller
from astra.resources.cells import bytes_cell
from astra.resources.forms import OUTCOME_FIELDS, OutcomeForm, ResourceForm
from astra.resources.pages import StagedPage, page_of
from backups.admin.protection import backups_cell
from backups.models import Bucket
from backups.models.buckets import parameters_member
from backups.resources.buckets import BUCKET


class BucketForm(ResourceForm):
    """What can be changed of a bucket, and whether it is the account's default one."""

    is_default = forms.BooleanField(
        label="Default",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Backups that name no bucket go here; no other bucket of the account is then.",
    )

    def perform(self, data: dict[str, Any]) -> Bucket:
        """Do as the API does, then make it the default bucket, or not."""
        bucket: Bucket = super().perform(data)
        if data["is_default"]:
            others = Bucket.objects.filter(account_id=bucket.account_id, is_default=True)
            others.exclude(pk=bucket.pk).update(is_default=False)
        Bucket.objects.filter(pk=bucket.pk).update(is_default=data["is_default"])
        return bucket


class BucketAddForm(BucketForm, OutcomeForm):
    """A new bucket."""

    def body(self, data: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Return the body with the parameters that the provider has."""
        wanted = parameters_member(data["provider"])
        body = super().body(data, caller)
        return body | {"bucketParameters": {wanted: body["bucketParameters"][wanted]}}


@page_of(BUCKET)
class BucketPage(StagedPage):
    """Buckets, and how much is stored in them."""

    form = BucketForm
    add_form = BucketAddForm
    listed = ("stored_cell", "is_default", "backups_cell")
    shown = ("state_details_cell", "stored_cell", "is_default", "related_cell")
    groups = {
        "Where it is": ("provider", "bucketParameters", "credentialID", "retentionTime"),
        "How it turns out": OUTCOME_FIELDS,
    }
    stored_cell = bytes_cell("stored_bytes", "Stored")
    backups_cell = backups_cell("bucket")
