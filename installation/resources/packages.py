"""Packages. Source: section 12 of `families.md` and the published `package` schemas."""

from collections.abc import Callable
from typing import Any

from astra.api import fields
from astra.api.problems import CONFLICT
from astra.api.serializers import ClosedSerializer, TransitionSerializer
from astra.resources.composed import Details, Document, Known, Several
from astra.resources.members import ABSENT, REQUIRED, Choice, Member, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from installation import kinds
from installation.lifecycle import PACKAGE as LIFECYCLE
from installation.models import Package
from installation.models.software import (
    PACKAGED,
    VERSION_MAX_LENGTH,
    Component,
    PackageType,
    Severity,
)

UNREAD = "nothing is imported: a package becomes available by itself."
# What may become of a package, as the published example has it.
TRANSITIONS = [
    {"from": "verifying", "to": ["corrupt", "incomplete", "available"]},
    {"from": "corrupt", "to": ["incomplete", "available"]},
    {"from": "incomplete", "to": ["corrupt", "available"]},
    {"from": "available", "to": ["corrupt", "available"]},
]


def text(most: int, **options: Any) -> fields.StrictCharField:
    """Return the field of a text that is not empty."""
    return fields.StrictCharField(min_length=1, max_length=most, **options)


def several(of: Callable[[], Any], **options: Any) -> fields.UniqueListField:
    """Return the field of an array that may be left out."""
    return fields.UniqueListField(child=of(), required=False, **options)


class NeededImage(ClosedSerializer):
    """An element of `dependsOnImages`."""

    imagePath = text(1023)
    imageName = text(63)
    imageTag = text(31)


class Image(ClosedSerializer):
    """An element of `images`."""

    imageName = text(63)
    imagePath = text(1023)
    imageTag = text(31)
    imageDigest = fields.StrictCharField(pattern="^(sha256:)[0-9a-f]{64}$")
    dependsOnImages = several(NeededImage)


class NeededComponent(ClosedSerializer):
    """An element of `dependsOnComponents`."""

    componentName = fields.EnumField(Component.values)
    versions = fields.UniqueListField(child=fields.StrictCharField())


class Artifact(ClosedSerializer):
    """An element of `artifacts`."""

    artifactName = text(63)
    artifactIdentifier = text(511)
    artifactPath = text(1023)
    artifactVersion = text(31, required=False)
    dependsOnComponents = several(NeededComponent)


class File(ClosedSerializer):
    """An element of `files`."""

    fileName = text(63)
    fileIdentifier = text(511)
    fileMediaType = text(211)
    fileContents = fields.StrictCharField()


class UpgradableVersions(ClosedSerializer):
    """`upgradableVersions`."""

    minVersion = fields.StrictCharField(required=False)
    maxVersion = fields.StrictCharField(required=False)


class Dependency(ClosedSerializer):
    """An element of `dependencies`."""

    componentName = fields.EnumField(Component.values)
    componentMinVersion = fields.StrictCharField(required=False)
    componentMaxVersion = fields.StrictCharField(required=False)


class Transition(TransitionSerializer):
    """An element of `packageStateTransitions`."""


class Version(Text):
    """A SemVer, which no schema holds it to."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, storable_length=VERSION_MAX_LENGTH, **options)


class Parts(Several):
    """An array of objects, which an answer lacks while it is empty."""

    is_filtered = False

    def __init__(self, name: str, of: Callable[[], Any], **options: Any) -> None:
        super().__init__(name, of=of, unless_empty=True, sometimes=True, **options)


def members() -> tuple[Member, ...]:
    """Return the members of packages."""
    return (
        Choice("packageName", create=REQUIRED, choices=PACKAGED),
        Version("packageVersion", create=REQUIRED),
        Choice("packageType", create=REQUIRED, choices=PackageType.values),
        Parts("bundleName", fields.StrictCharField),
        Choice("severityLevel", create=REQUIRED, choices=Severity.values),
        Choice("packageState", column="state", choices=LIFECYCLE.listed, create=ABSENT),
        Known(
            "packageStateTransitions",
            fields.list_of(Transition),
            value=lambda row, now: TRANSITIONS,
            sometimes=False,
            create=ABSENT,
        ),
        Details("packageStateDetails", column="state_details", label="Why", create=ABSENT),
        Parts("images", Image),
        Parts("artifacts", Artifact),
        Parts("files", File),
        Document("upgradableVersions", of=UpgradableVersions, sometimes=True),
        Parts("dependencies", Dependency),
    )


MEMBERS = Members(kinds.PACKAGE, *members(), module=__name__, strict_metadata=True)

PACKAGE = Resource(
    model=Package,
    members=MEMBERS,
    paths=("core/v1/packages",),
    within=WHOLE_ACCOUNT,
    methods=frozenset({"GET", "POST", "DELETE"}),
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter", "orderBy"}),
    failures={},
    simplified={CREATE: UNREAD},
    lifecycle=LIFECYCLE,
    taken=(Taken("package_is_unique", CONFLICT, "packageVersion"),),
    columns=("packageName", "packageVersion", "packageType", "packageState"),
    key="packageVersion",
    seeding=Seeding(order=19),
)
