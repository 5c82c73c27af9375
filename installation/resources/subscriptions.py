"""Subscriptions. Source: section 12 of `families.md` and the published `subscription` schemas."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from astra.api import fields
from astra.api.query import COLLECTION_PARAMETERS
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Known
from astra.resources.members import ABSENT, BY_SERVICE, REQUIRED, Choice, Instant, Number, Text
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, REPLACE, Resource, Seeding
from astra.resources.shapes import Members
from installation import kinds
from installation.models import Subscription
from installation.models.licensing import Marketplace, OnboardStatus, Status, Terms

UNBILLED = "nothing is paid: names and address of who pays are checked and not kept."
# What the terms come with, as the published examples have it.
_TERMS = {
    Terms.TRIAL: {
        "app_limit": 0,
        "namespace_limit": 10,
        "subscription_period": 90,
        "grace_period": 7,
        "reminder_before_period": 30,
        "cost_per_namespace_unit": 0.0,
    },
    Terms.PAID: {
        "app_limit": 0,
        "namespace_limit": -1,
        "subscription_period": -1,
        "grace_period": -1,
        "reminder_before_period": -1,
        "cost_per_namespace_unit": 0.005,
    },
}


class PaymentAddress(ClosedSerializer):
    """`paymentAddress`."""

    addressCountry = fields.StrictCharField(max_length=2)
    addressLocality = fields.StrictCharField(max_length=63)
    addressRegion = fields.StrictCharField(max_length=63)
    postalCode = fields.StrictCharField(max_length=63)
    streetAddress1 = fields.StrictCharField(max_length=63)
    streetAddress2 = fields.StrictCharField(max_length=63, required=False)


def complete(row: Subscription, now: datetime) -> Sequence[str]:
    """Set what comes with the terms."""
    said = _TERMS[Terms(row.terms)]
    for column, value in said.items():
        setattr(row, column, value)
    return tuple(said)


class Payer(Known):
    """Who pays: checked in every body, and kept nowhere."""

    def __init__(self, name: str, field: Callable[..., Any]) -> None:
        super().__init__(name, field, write_only=True)
        self.fixed = False


def _name(**options: Any) -> fields.StrictCharField:
    return fields.StrictCharField(min_length=1, max_length=63, **options)


LINE: Any = {"max_length": 63}
MEMBERS = Members(
    kinds.SUBSCRIPTION,
    Text("customerProfileID", **LINE),
    Payer("paymentFirstName", _name),
    Payer("paymentLastName", _name),
    Payer("paymentAddress", PaymentAddress),
    Text("paymentProfileID", sometimes=True, **LINE),
    Instant("paymentExpiry", sometimes=True),
    Text("purchaseOrderNumber", sometimes=True, min_length=1, max_length=31, create=ABSENT),
    Choice("marketplace", choices=Marketplace.values, sometimes=True),
    Text(
        "licenseSN", column="license_sn", sometimes=True, min_length=1, max_length=31, **BY_SERVICE
    ),
    Choice("terms", choices=Terms.values, create=REQUIRED),
    Choice("status", choices=Status.values, create=ABSENT),
    Number("appLimit", **BY_SERVICE),
    Number("namespaceLimit", **BY_SERVICE),
    Number("subscriptionPeriod", **BY_SERVICE),
    Number("gracePeriod", **BY_SERVICE),
    Number("reminderBeforePeriod", **BY_SERVICE),
    Choice("onboardStatus", choices=OnboardStatus.values, **BY_SERVICE),
    Number("costPerAppUnit", **BY_SERVICE),
    Number("costPerNamespaceUnit", **BY_SERVICE),
    module=__name__,
)

SUBSCRIPTION = Resource(
    model=Subscription,
    members=MEMBERS,
    paths=("core/v1/subscriptions",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=COLLECTION_PARAMETERS,
    failures={},
    simplified=dict.fromkeys((CREATE, REPLACE), UNBILLED),
    complete=complete,
    columns=("terms", "status", "marketplace"),
    key="terms",
    seeding=Seeding(order=18),
)
