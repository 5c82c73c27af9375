"""Buckets on the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from astra.accounts.system import system_caller
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LabelsField
from astra.adminsite.units import human_bytes
from astra.engine.columns import StagedAdmin
from astra.resources.actions import create_row, delete_row, replace_row
from backups.admin.bodies import bucket_body, bucket_change
from backups.admin.outcomes import OUTCOME_FIELDS, OutcomeFields, outcome_of
from backups.lifecycle import BUCKET
from backups.models import Bucket
from backups.models.buckets import BucketState, Provider
from backups.resources.buckets import BUCKET as RESOURCE


class BucketForm(ApiForm):
    """What can be changed of a bucket, by the API's rules."""

    name = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Left empty, it is called like the store's bucket.",
    )
    credential_id = forms.CharField(
        label="Credential ID",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Left empty when it is added, one is made up.",
    )
    labels = LabelsField()
    is_default = forms.BooleanField(
        label="Default",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Backups that name no bucket go here; no other bucket of the account is then.",
    )

    members = {
        "credentialID": "credential_id",
        "metadata": "labels",
        "bucketParameters": "bucket_name",
    }
    # 57: the account has a bucket of this name and place
    problem_fields = {57: "name"}

    class Meta:
        model = Bucket
        fields: tuple[str, ...] = ("name", "credential_id", "labels", "is_default")

    def perform(self, data: dict[str, Any]) -> Bucket:
        """Replace the bucket as the API does."""
        bucket = Bucket.objects.select_for_update().get(pk=self.instance.pk)
        body = RESOURCE.members.replace_body.parse(bucket_change(data))
        replace_row(RESOURCE, caller=system_caller(bucket.account), row=bucket, body=body)
        return self.chosen(bucket, is_default=data["is_default"])

    def chosen(self, bucket: Bucket, *, is_default: bool) -> Bucket:
        """Make the bucket the account's default one, or not."""
        if is_default:
            others = Bucket.objects.filter(account_id=bucket.account_id, is_default=True)
            others.exclude(pk=bucket.pk).update(is_default=False)
        Bucket.objects.filter(pk=bucket.pk).update(is_default=is_default)
        return Bucket.objects.get(pk=bucket.pk)


class BucketAddForm(OutcomeFields, BucketForm):
    """A new bucket."""

    lifecycle = BUCKET

    server_url = forms.CharField(
        label="Server URL",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "s3.example.com"}),
        help_text="For S3 and what speaks it.",
    )
    storage_account = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="For Azure."
    )
    bucket_name = forms.CharField(label="Bucket in the store", widget=UnfoldAdminTextInputWidget)

    class Meta(BucketForm.Meta):
        fields: tuple[str, ...] = ("account", "provider", *BucketForm.Meta.fields)

    def perform(self, data: dict[str, Any]) -> Bucket:
        """Add the bucket as the API does."""
        body = RESOURCE.members.create_body.parse(bucket_body(data))
        caller = system_caller(data["account"])
        bucket = create_row(RESOURCE, caller=caller, body=body, fate=outcome_of(data))
        return self.chosen(bucket, is_default=data["is_default"])


@admin.register(Bucket)
class BucketAdmin(StagedAdmin[Bucket]):
    """Buckets, and how much is stored in them."""

    lifecycle = BUCKET
    can_add = True
    add_form = BucketAddForm
    form = BucketForm
    editable = ("name", "credential_id", "labels", "is_default")

    list_display = (
        "name",
        "state_cell",
        "provider",
        "stored_cell",
        "default_cell",
        "backups_cell",
        "account_cell",
        "created_cell",
    )
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("state", "state", BucketState.values),
        choice_filter("provider", "provider", Provider.values),
        ("created_at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = "Search by name, or by the id of a bucket, account or credential"
    search_ids = ("account_id", "credential_id")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("account",)
    add_fieldsets = (
        (None, {"fields": ("account", "name", "labels", "is_default")}),
        (
            "Where it is",
            {
                "fields": (
                    "provider",
                    "server_url",
                    "storage_account",
                    "bucket_name",
                    "credential_id",
                )
            },
        ),
        ("How it turns out", {"fields": OUTCOME_FIELDS}),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "id_cell",
                    "name",
                    "account_cell",
                    "state_cell",
                    "details_cell",
                    "stored_cell",
                    "is_default",
                    "labels",
                    "backups_cell",
                )
            },
        ),
        (
            "Where it is",
            {"fields": ("provider", "parameters_cell", "credential_id", "retention_seconds")},
        ),
        ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
    )

    @admin.display(description="Why")
    def details_cell(self, bucket: Bucket) -> SafeString | str:
        """What `stateDetails` says."""
        return cells.details(bucket.state_details)

    @admin.display(description="Stored", ordering="stored_bytes")
    def stored_cell(self, bucket: Bucket) -> str:
        """The bytes of its completed backups."""
        return human_bytes(bucket.stored_bytes)

    @admin.display(description="Default", boolean=True, ordering="is_default")
    def default_cell(self, bucket: Bucket) -> bool:
        """Whether backups that name no bucket go here."""
        return bucket.is_default

    @admin.display(description="Holds")
    def backups_cell(self, bucket: Bucket) -> SafeString:
        """A link to its backups."""
        path = cells.list_path("backups.appbackup", bucket__id__exact=bucket.pk)
        return cells.link(path, "backups")

    @admin.display(description="Parameters")
    def parameters_cell(self, bucket: Bucket) -> SafeString | str:
        """What the provider needs to know."""
        pairs = [pair for member in bucket.parameters.values() for pair in member.items()]
        return format_html_join("", "<p>{}: <code>{}</code></p>", pairs) or cells.NOTHING

    def delete_record(self, record: Bucket) -> None:
        """Delete the bucket as the API does."""
        rows = Bucket.objects.filter(pk=record.pk)
        delete_row(RESOURCE, rows, caller=system_caller(record.account))
