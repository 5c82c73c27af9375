"""Entitlements. Source: section 12 of `families.md` and the published `entitlement` schemas."""

from astra.api import fields
from astra.api.query import COLLECTION_PARAMETERS
from astra.resources.composed import Known
from astra.resources.members import Identifier, Instant, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource
from astra.resources.shapes import Members
from installation import kinds
from installation.models import Entitlement

MEMBERS = Members(
    kinds.ENTITLEMENT,
    Known("allocation", fields.StrictCharField),
    Text("product", sometimes=True),
    Text("productVersion", sometimes=True),
    Text("entitlementType"),
    Text("entitlementValue"),
    Text("entitlementConsumption", sometimes=True),
    Identifier("sourceLicense", column="source_license_id", sometimes=True),
    Identifier("sourceSubscription", column="source_subscription_id", sometimes=True),
    Instant("validFromTimestamp", column="valid_from", sometimes=True),
    Instant("validUntilTimestamp", column="valid_until", sometimes=True),
    module=__name__,
)

# A licence yields them.
ENTITLEMENT = Resource(
    model=Entitlement,
    members=MEMBERS,
    paths=("core/v1/entitlements",),
    within=WHOLE_ACCOUNT,
    published_parameters=COLLECTION_PARAMETERS,
    failures={},
    columns=("product", "entitlementType", "entitlementValue"),
    key="entitlementType",
    seeding=None,
)
