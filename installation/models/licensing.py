"""What an account has bought: licences, subscriptions, and what both entitle it to."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known, is_unique, listed, where_set
from astra.accounts.models import Resource

TEXT_MAX_LENGTH = 127
LICENSE_TEXT_MAX_LENGTH = 131_072


class Terms(models.TextChoices):
    """`terms` of a subscription."""

    TRIAL = "trial"
    PAID = "paid"


class Status(models.TextChoices):
    """`status` of a subscription."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class OnboardStatus(models.TextChoices):
    """`onboardStatus` of a subscription."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    SUCCESS = "success"
    FAILED = "failed"


class Marketplace(models.TextChoices):
    """`marketplace` of a subscription."""

    NETAPP = "netapp", "NetApp"
    AZURE = "azure"
    AWS = "aws", "AWS"
    GCP = "gcp", "GCP"


def _text() -> "models.CharField[str, str]":
    return models.CharField(max_length=TEXT_MAX_LENGTH, blank=True, db_collation="C")


def _optional(length: int = 63) -> "models.CharField[str | None, str | None]":
    return models.CharField(max_length=length, null=True, blank=True, db_collation="C")


class License(Resource):
    """A licence file, and what it says."""

    license_text = models.CharField(max_length=LICENSE_TEXT_MAX_LENGTH, db_collation="C")
    allocation = models.UUIDField(null=True, blank=True)
    device_credential_id = models.UUIDField(null=True, blank=True)
    host_id = _optional()
    is_evaluation = models.BooleanField(default=False)
    license_protocol = _text()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    product = _text()
    product_version = _text()
    product_sn = _text()
    features = _text()
    capacity = _text()
    capacity2 = _text()
    came_along = models.BooleanField(default=False, help_text="It came with the installation.")

    class Meta:
        verbose_name = "licence"
        ordering = ("created_at", "id")
        constraints = (
            holds("license_ends_after_it_begins", Q(valid_until__gt=models.F("valid_from"))),
            is_unique(
                "license_is_unique", ("account", "product_sn"), "The account has this licence."
            ),
        )
        indexes = listed("license")

    def __str__(self) -> str:
        return f"{self.product} {self.product_sn}"


class Subscription(Resource):
    """What an account pays for, or tries."""

    license = models.ForeignKey(
        License, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    customer_profile_id = models.CharField(max_length=63, blank=True, db_collation="C")
    payment_profile_id = _optional()
    payment_expiry = models.DateTimeField(null=True, blank=True)
    purchase_order_number = _optional(31)
    marketplace = models.CharField(
        max_length=6, null=True, blank=True, choices=Marketplace.choices, db_collation="C"
    )
    license_sn = _optional(31)
    terms = models.CharField(max_length=5, choices=Terms.choices, db_collation="C")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    app_limit = models.IntegerField(default=-1)
    namespace_limit = models.IntegerField(default=-1)
    subscription_period = models.IntegerField(default=-1)
    grace_period = models.IntegerField(default=-1)
    reminder_before_period = models.IntegerField(default=-1)
    onboard_status = models.CharField(
        max_length=11, choices=OnboardStatus.choices, default=OnboardStatus.SUCCESS
    )
    cost_per_app_unit = models.FloatField(default=0.0)
    cost_per_namespace_unit = models.FloatField(default=0.0)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("subscription_terms_are_known", "terms", Terms.values),
            is_known("subscription_status_is_known", "status", Status.values),
            is_known("subscription_onboarding_is_known", "onboard_status", OnboardStatus.values),
            holds(
                "subscription_marketplace_is_known",
                Q(marketplace=None) | Q(marketplace__in=Marketplace.values),
            ),
        )
        indexes = (
            *listed("subscription"),
            where_set("subscription_by_license", "license"),
        )

    def __str__(self) -> str:
        return f"{self.terms} {self.pk}"


class Entitlement(Resource):
    """What a licence or a subscription allows."""

    product = _optional(TEXT_MAX_LENGTH)
    product_version = _optional(TEXT_MAX_LENGTH)
    entitlement_type = models.CharField(max_length=31, db_collation="C")
    entitlement_value = _text()
    entitlement_consumption = _optional(TEXT_MAX_LENGTH)
    source_license = models.ForeignKey(
        License, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    source_subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        indexes = (
            *listed("entitlement"),
            where_set("entitlement_by_license", "source_license"),
            where_set("entitlement_by_subscription", "source_subscription"),
        )

    def __str__(self) -> str:
        return f"{self.entitlement_type} {self.entitlement_value}"
