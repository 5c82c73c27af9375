"""Clouds. Source: section 1 of `families.md` and the published `cloud` schemas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from astra.api import fields
from astra.api.problems import INVALID_FIELDS, refusal
from astra.resources.composed import Reasons
from astra.resources.members import (
    BY_SERVICE,
    REQUIRED,
    Choice,
    Identifier,
    Reference,
    Text,
)
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, DELETE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from clusters import kinds, problems
from clusters.actions.clouds import cloud_delete, cloud_replace, refuse_managed
from clusters.actions.credentials import failing_without
from clusters.lifecycle import CLOUD as LIFECYCLE
from clusters.models import Cloud
from clusters.models.clouds import CLOUD_TYPES, NAME_MAX_LENGTH, PRIVATE
from clusters.resources.cluster_members import A_DEFAULT_BUCKET, NO_CREDENTIAL


class AnyCaseField(fields.EnumField):
    """One of a closed list of strings, in any case; the value is the one that is listed."""

    def to_internal_value(self, data: Any) -> str:
        """Return the listed string; fails with `choice`."""
        listed = {each.lower(): each for each in reversed(self.allowed)}
        known = isinstance(data, str) and data not in self.allowed
        return super().to_internal_value(listed.get(data.lower(), data) if known else data)


class CloudType(Choice):
    """`cloudType`, in whatever case it comes."""

    field_class = AnyCaseField


def complete(cloud: Cloud, now: datetime) -> Sequence[str]:
    """Refuse a public cloud without a credential (problem 9)."""
    if cloud.cloud_type != PRIVATE and cloud.credential_id is None:
        reason = f"A cloud of the type {cloud.cloud_type} needs one."
        raise refusal(INVALID_FIELDS, "credentialID", reason)
    return ()


A_CREDENTIAL = Reference(
    "credential", INVALID_FIELDS, NO_CREDENTIAL, lost=failing_without(LIFECYCLE)
)
MEMBERS = Members(
    kinds.CLOUD,
    Text("name", create=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Choice("state", choices=LIFECYCLE.listed, **BY_SERVICE),
    Reasons(fixed=True),
    CloudType("cloudType", create=REQUIRED, fixed=True, choices=CLOUD_TYPES),
    Identifier("credentialID", to=A_CREDENTIAL, sometimes=True),
    Identifier("defaultBucketID", to=A_DEFAULT_BUCKET, sometimes=True),
    module=__name__,
)


CLOUD = Resource(
    model=Cloud,
    members=MEMBERS,
    paths=("topology/v1/clouds",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter"}),
    simplified={
        CREATE: "no provider is asked: a public cloud is running after some seconds, and has the"
        " clusters that are added to it.",
    },
    refusals={DELETE: (problems.CLOUD_HAS_MANAGED_CLUSTERS,)},
    lifecycle=LIFECYCLE,
    complete=complete,
    ready_at_once=lambda cloud: cloud.cloud_type == PRIVATE,
    taken=(
        Taken(
            "cloud_name_is_unique",
            problems.DUPLICATE_CLOUD,
            "name",
            "The account has a cloud of this name.",
        ),
    ),
    may_delete=refuse_managed,
    replace=cloud_replace,
    replace_shows=True,
    delete=cloud_delete,
    columns=("name", "state", "cloudType"),
    seeding=Seeding("clouds", order=22, by="clusters.scenarios.clouds.CloudSection"),
)
