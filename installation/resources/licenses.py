"""Licences. Source: section 12 of `families.md` and the published `license` schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.api import fields, patterns
from astra.api.problems import CONFLICT, INVALID_FIELDS, refusal
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Known
from astra.resources.members import ABSENT, BY_SERVICE, REQUIRED, Flag, Identifier, Instant, Text
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, DELETE, REPLACE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from installation import kinds, licences
from installation.actions.licenses import license_create, license_replace, refuse_came_along
from installation.models import License
from installation.models.licensing import LICENSE_TEXT_MAX_LENGTH

UNVERIFIED = (
    "a licence file is JSON that says what the licence shows; its signature is not verified."
)


class Addon(ClosedSerializer):
    """An element of `addons`."""

    startDate = fields.TimestampField(required=False)
    endDate = fields.TimestampField(required=False)
    features = fields.StrictCharField(required=False)
    capacity = fields.StrictCharField(required=False)
    licenseProtocol = fields.StrictCharField(required=False)


def complete(row: License, now: datetime) -> Sequence[str]:
    """Set what the file says; refuse what is no licence, or another account's."""
    if row.allocation not in (None, row.account_id):
        raise refusal(INVALID_FIELDS, "allocation", "Must be the account.")
    licences.apply_file(row)
    return licences.COLUMNS


MEMBERS = Members(
    kinds.LICENSE,
    Identifier("allocation", column="allocation", fixed=True, sometimes=True),
    Text("hostID", column="host_id", sometimes=True, min_length=1, max_length=63, **BY_SERVICE),
    Identifier("deviceCredentialID", fixed=True, sometimes=True),
    Flag("isEvaluation", **BY_SERVICE),
    Text("licenseProtocol", **BY_SERVICE),
    Text(
        "licenseText",
        create=REQUIRED,
        pattern=patterns.BASE64,
        storable_length=LICENSE_TEXT_MAX_LENGTH,
    ),
    Instant("validFromTimestamp", column="valid_from", **BY_SERVICE),
    Instant("validUntilTimestamp", column="valid_until", **BY_SERVICE),
    Text("product", **BY_SERVICE),
    Text("productVersion", **BY_SERVICE),
    Text("productSN", **BY_SERVICE),
    Text("features", **BY_SERVICE),
    Text("capacity", **BY_SERVICE),
    Text("capacity2", **BY_SERVICE),
    Known("addons", fields.list_of(Addon), create=ABSENT),
    module=__name__,
)

LICENSE = Resource(
    model=License,
    members=MEMBERS,
    paths=("core/v1/licenses",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures={},
    refusals={
        CREATE: (
            licences.UNSUPPORTED_TYPE,
            licences.SEVERAL,
            licences.EVALUATION_BLOCKED,
            licences.REPLACEMENT_BLOCKED,
            licences.EXPIRED,
        ),
        REPLACE: (licences.UNSUPPORTED_TYPE, licences.SEVERAL),
        DELETE: (licences.CAME_ALONG,),
    },
    simplified=dict.fromkeys((CREATE, REPLACE), UNVERIFIED),
    complete=complete,
    taken=(Taken("license_is_unique", CONFLICT, "licenseText"),),
    create=license_create,
    replace=license_replace,
    may_delete=refuse_came_along,
    columns=("product", "productSN", "isEvaluation", "validUntilTimestamp"),
    key="productSN",
    seeding=Seeding(order=17, by="installation.scenarios.licenses.LicenseSection"),
)
