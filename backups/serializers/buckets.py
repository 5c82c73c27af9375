"""bucket on the wire. Source: section 8 of `appbackup.md` and the published `bucket` schemas."""

from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StateDetailsField,
    StrictMetadataSerializer,
    extended_error,
)
from backups import kinds
from backups.models import Bucket
from backups.models.buckets import (
    BUCKET_NAME_MAX_LENGTH,
    NAME_MAX_LENGTH,
    SERVER_URL_MAX_LENGTH,
    BucketState,
    Provider,
    parameters_member,
)


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


class BucketCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([kinds.BUCKET.type])
    version = fields.EnumField(kinds.BUCKET.versions)
    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH, required=False)
    credentialID = fields.IdentifierField()
    provider = fields.EnumField(Provider.values)
    bucketParameters = BucketParameters()
    metadata = MetadataSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse parameters that are not the provider's (problem 9)."""
        return validate_parameters(attrs)


class BucketReplace(ClosedSerializer):
    """The request body of a PUT: what is absent is kept."""

    type = fields.EnumField([kinds.BUCKET.type])
    version = fields.EnumField(kinds.BUCKET.versions)
    id = fields.IdentifierField(required=False)
    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH, required=False)
    credentialID = fields.IdentifierField(required=False)
    state = fields.EnumField(BucketState.values, required=False)
    stateDetails = StateDetailsField(required=False)
    provider = fields.EnumField(Provider.values, required=False)
    bucketParameters = BucketParameters(required=False)
    metadata = MetadataSerializer(required=False)


class BucketBody(ClosedSerializer):
    """An instance in answers."""

    type = fields.EnumField([kinds.BUCKET.type])
    version = fields.EnumField(kinds.BUCKET.versions)
    id = fields.IdentifierField()
    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH)
    credentialID = fields.IdentifierField()
    state = fields.EnumField(BucketState.values)
    stateDetails = StateDetailsField()
    retentionTime = fields.NumberField(required=False)
    provider = fields.EnumField(Provider.values)
    bucketParameters = BucketParameters()
    metadata = StrictMetadataSerializer()


MUTABLE = frozenset({"name", "credentialID"})


def validate_parameters(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return the body. Raises problem 9's error unless the parameters are the provider's."""
    wanted = parameters_member(attrs["provider"])
    if set(attrs["bucketParameters"]) != {wanted}:
        reason = f"Must have exactly the member {wanted} for the provider {attrs['provider']}."
        raise extended_error("bucketParameters", reason)
    return attrs


class BucketFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(kinds.BUCKET.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    credentialID = filters.IdentifierMember("credential_id")
    state = filters.Member("state")
    state_type = filters.ElementMember("state_details", "type", path="stateDetails[*].type")
    state_title = filters.ElementMember("state_details", "title", path="stateDetails[*].title")
    state_detail = filters.ElementMember("state_details", "detail", path="stateDetails[*].detail")
    retentionTime = filters.NumberMember("retention_seconds", nullable=True)
    provider = filters.Member("provider")
    server_url = filters.JsonMember(
        "parameters", "s3", "serverURL", path="bucketParameters.s3.serverURL"
    )
    s3_bucket = filters.JsonMember(
        "parameters", "s3", "bucketName", path="bucketParameters.s3.bucketName"
    )
    gcp_bucket = filters.JsonMember(
        "parameters", "gcp", "bucketName", path="bucketParameters.gcp.bucketName"
    )
    storage_account = filters.JsonMember(
        "parameters", "azure", "storageAccount", path="bucketParameters.azure.storageAccount"
    )
    azure_bucket = filters.JsonMember(
        "parameters", "azure", "bucketName", path="bucketParameters.azure.bucketName"
    )


def represent(bucket: Bucket) -> dict[str, Any]:
    """Return the JSON of a bucket; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.BUCKET.type,
        "version": bucket.version,
        "id": str(bucket.id),
        "name": bucket.name,
        "credentialID": str(bucket.credential_id),
        "state": bucket.state,
        "stateDetails": bucket.state_details,
    }
    if bucket.retention_seconds is not None:
        document["retentionTime"] = bucket.retention_seconds
    document["provider"] = bucket.provider
    document["bucketParameters"] = bucket.parameters
    document["metadata"] = represent_metadata(bucket)
    return document
