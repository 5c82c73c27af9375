"""Buckets. Source: section 8 of `appbackup.md` and the published `bucket` schemas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from astra.api import fields
from astra.api.problems import INVALID_FIELDS, ApiProblem, refusal
from astra.api.serializers import ClosedSerializer, extended_error
from astra.resources.composed import Details, Document
from astra.resources.members import (
    ABSENT,
    BY_SERVICE,
    REQUIRED,
    Choice,
    Identifier,
    Reference,
    Text,
    Whole,
)
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from backups import kinds, problems
from backups.actions.buckets import bucket_replace, credential_lost
from backups.lifecycle import BUCKET as LIFECYCLE
from backups.models import Bucket
from backups.models.buckets import (
    BUCKET_NAME_MAX_LENGTH,
    NAME_MAX_LENGTH,
    SERVER_URL_MAX_LENGTH,
    Provider,
    location_of,
    parameters_member,
)

# The providers whose S3 is a storage system of NetApp's.
OF_NETAPP = (Provider.ONTAP_S3, Provider.STORAGEGRID_S3)


class S3Parameters(ClosedSerializer):
    """`bucketParameters.s3`."""

    serverURL = fields.StrictCharField(max_length=SERVER_URL_MAX_LENGTH)
    bucketName = fields.StrictCharField(max_length=BUCKET_NAME_MAX_LENGTH)


class GcpParameters(ClosedSerializer):
    """`bucketParameters.gcp`."""

    bucketName = fields.StrictCharField(max_length=BUCKET_NAME_MAX_LENGTH)


class AzureParameters(ClosedSerializer):
    """`bucketParameters.azure`."""

    storageAccount = fields.StrictCharField(max_length=BUCKET_NAME_MAX_LENGTH)
    bucketName = fields.StrictCharField(max_length=BUCKET_NAME_MAX_LENGTH)


class BucketParameters(ClosedSerializer):
    """`bucketParameters`: exactly the one object that the provider uses."""

    s3 = S3Parameters(required=False)
    gcp = GcpParameters(required=False)
    azure = AzureParameters(required=False)


def of_its_provider(body: dict[str, Any]) -> dict[str, Any]:
    """Refuse parameters that are not the provider's (problem 9)."""
    wanted = parameters_member(body["provider"])
    if set(body["bucketParameters"]) != {wanted}:
        reason = f"Must have exactly the member {wanted} for the provider {body['provider']}."
        raise extended_error("bucketParameters", reason)
    return body


def complete(bucket: Bucket, now: datetime) -> Sequence[str]:
    """Set what identifies the bucket; without a name it is called like the store's.

    Raises problem 82 for a host of another type.
    """
    (parameters,) = bucket.parameters.values()
    refuse_other_host(bucket.provider, parameters.get("serverURL", ""))
    bucket.location = location_of(bucket.parameters)
    bucket.name = bucket.name or parameters["bucketName"] or f"bucket-{str(bucket.id)[:8]}"
    return ()


def refuse_other_host(provider: str, server_url: str) -> None:
    """Raise problem 82 for a bucket of AWS that is not at Amazon, and for one of NetApp's that is."""
    try:
        host = urlsplit(server_url if "//" in server_url else f"//{server_url}").hostname or ""
    except ValueError:
        # Nothing that looks like a URL.
        return
    is_amazon = f".{host}".endswith((".amazonaws.com", ".amazonaws.com.cn"))
    if host and (
        is_amazon if provider in OF_NETAPP else provider == Provider.AWS and not is_amazon
    ):
        reason = f"Is no host of the provider {provider}."
        raise refusal(problems.BUCKET_HOST_MISMATCH, "bucketParameters.s3.serverURL", reason)


def refuse_default(bucket: Bucket) -> None:
    """Raise problem 84 for the account's default bucket."""
    if bucket.is_default:
        raise ApiProblem(problems.BUCKET_IS_DEFAULT)


A_CREDENTIAL = Reference(
    "credential", INVALID_FIELDS, "The account has no such credential.", lost=credential_lost
)
MEMBERS = Members(
    kinds.BUCKET,
    Text(
        "name",
        min_length=1,
        max_length=NAME_MAX_LENGTH,
        help="Without one, it is called like the store's bucket.",
    ),
    Identifier("credentialID", create=REQUIRED, to=A_CREDENTIAL),
    Choice("state", choices=LIFECYCLE.states, **BY_SERVICE),
    Details("stateDetails", label="Why", **BY_SERVICE),
    Whole(
        "retentionTime",
        least=-1,
        column="retention_seconds",
        create=ABSENT,
        replace=ABSENT,
        sometimes=True,
        help="Seconds; -1: not supported, 0: no known policy.",
    ),
    Choice("provider", create=REQUIRED, fixed=True, choices=Provider.values),
    Document(
        "bucketParameters", column="parameters", of=BucketParameters, create=REQUIRED, fixed=True
    ),
    module=__name__,
    validate_create=of_its_provider,
)

BUCKET = Resource(
    model=Bucket,
    members=MEMBERS,
    paths=("topology/v1/buckets",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    published_parameters=frozenset(),
    simplified={
        CREATE: "no object store is asked: what the credential holds is not tried, and the bucket"
        " becomes available by itself."
    },
    refusals={CREATE: (problems.BUCKET_HOST_MISMATCH,)},
    replace=bucket_replace,
    lifecycle=LIFECYCLE,
    complete=complete,
    taken=(Taken("bucket_is_unique", problems.BUCKET_EXISTS),),
    in_use={
        "": problems.BUCKET_IN_USE,
        "cloud": problems.BUCKET_IS_DEFAULT,
        "cluster": problems.BUCKET_IS_DEFAULT_OF_CLUSTER,
    },
    may_delete=refuse_default,
    columns=("name", "state", "provider"),
    seeding=Seeding("buckets", order=20, by="backups.scenarios.buckets.BucketSection"),
)
