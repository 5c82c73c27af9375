"""Features. Source: section 12 of `families.md` and the published `feature` schemas."""

from astra.api.query import COLLECTION_PARAMETERS
from astra.resources.members import Flag, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource, Seeding
from astra.resources.shapes import Members
from installation import kinds
from installation.models import SETTING_NAME_MAX_LENGTH, Feature

MEMBERS = Members(
    kinds.FEATURE,
    Text("name", min_length=1, max_length=SETTING_NAME_MAX_LENGTH),
    Flag("isEnabled"),
    module=__name__,
)

FEATURE = Resource(
    model=Feature,
    members=MEMBERS,
    paths=("core/v1/features",),
    within=WHOLE_ACCOUNT,
    published_parameters=COLLECTION_PARAMETERS - {"continue"},
    failures={},
    columns=("name", "isEnabled"),
    seeding=Seeding(order=16),
)
