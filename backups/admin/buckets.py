"""Buckets on the admin site."""

from base64 import b64encode
from secrets import token_bytes
from typing import Any

from django import forms
from unfold.widgets import UnfoldBooleanSwitchWidget

from astra.accounts.callers import Caller, system_caller
from astra.adminsite.forms import LineField
from astra.resources import registry
from astra.resources.actions import create_row
from astra.resources.cells import bytes_cell
from astra.resources.forms import OUTCOME_FIELDS, OutcomeForm, ResourceForm
from astra.resources.pages import StagedPage, page_of
from backups.admin.protection import backups_cell
from backups.models import Bucket
from backups.models.buckets import parameters_member
from backups.resources.buckets import BUCKET

# Of a credential.
_NAME_MAX_LENGTH = 127


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
    """A new bucket, and a credential for it where none is named."""

    credential_id = LineField(
        label="Credential",
        required=False,
        # Not the column's own, which is made up.
        initial="",
        help_text="The id of one of the account; without it, one is made for the bucket.",
    )

    def perform(self, data: dict[str, Any]) -> Bucket:
        """Make what is missing, then do as the API does."""
        if data["credential_id"]:
            return super().perform(data)
        made = _credential_for(data)
        return super().perform(data | {"credential_id": str(made.pk)})

    def body(self, data: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Return the body with the parameters that the provider has."""
        wanted = parameters_member(data["provider"])
        body = super().body(data, caller)
        return body | {"bucketParameters": {wanted: body["bucketParameters"][wanted]}}


def _credential_for(data: dict[str, Any]) -> Any:
    """Make a credential that a bucket may name, with keys of which nothing is known."""
    is_s3 = parameters_member(data["provider"]) == "s3"
    parts = ("accessKey", "accessSecret") if is_s3 else ("base64",)
    credential = registry.resource("credential")
    body = {
        "type": credential.kind.type,
        "version": credential.kind.versions[0],
        "name": (data["name"] or data["bucket_name"] or "bucket")[:_NAME_MAX_LENGTH],
        "keyType": "s3" if is_s3 else "generic",
        "keyStore": {part: b64encode(token_bytes(16)).decode() for part in parts},
    }
    return create_row(
        credential,
        caller=system_caller(data["account"]),
        body=credential.members.create_body.parse(body),
    )


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
