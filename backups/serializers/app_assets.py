"""appAsset on the wire. Source: section 5 of `appbackup.md` and the published `appAsset` schemas."""

from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.clock import timestamp
from astra.api.serializers import ClosedSerializer, StrictMetadataSerializer
from backups import kinds
from backups.models import AppAsset

TEXT_MAX_LENGTH = 254
LABEL_NAME_PATTERN = r"^([\S.]{1,253}\/)?([a-z0-9A-Z_.-]){1,63}$"
LABEL_VALUE_PATTERN = r"^([a-z0-9A-Z_.-]){1,63}$"


class AppAssetGvk(ClosedSerializer):
    """`GVK` of an asset."""

    group = fields.StrictCharField(min_length=1, max_length=TEXT_MAX_LENGTH, required=False)
    kind = fields.StrictCharField(min_length=1, max_length=TEXT_MAX_LENGTH, required=False)
    version = fields.StrictCharField(min_length=1, max_length=TEXT_MAX_LENGTH, required=False)


class AppAssetLabel(ClosedSerializer):
    """An element of `labels`: a label of the Kubernetes object."""

    name = fields.StrictCharField(pattern=LABEL_NAME_PATTERN, min_length=1, max_length=63)
    value = fields.StrictCharField(pattern=LABEL_VALUE_PATTERN, min_length=1, max_length=63)


class AppAssetBody(ClosedSerializer):
    """An instance in answers. `resource` is known, but never shown."""

    type = fields.EnumField([kinds.APP_ASSET.type])
    version = fields.EnumField(kinds.APP_ASSET.versions)
    id = fields.IdentifierField()
    assetType = fields.StrictCharField(min_length=1, max_length=TEXT_MAX_LENGTH)
    creationTimestamp = fields.TimestampField()
    GVK = AppAssetGvk()
    resource = fields.ObjectField(required=False)
    assetID = fields.IdentifierField()
    labels = fields.UniqueListField(child=AppAssetLabel())
    assetName = fields.StrictCharField(min_length=1, max_length=TEXT_MAX_LENGTH)
    namespace = fields.StrictCharField(min_length=1, max_length=TEXT_MAX_LENGTH, required=False)
    metadata = StrictMetadataSerializer()


class AppAssetFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(kinds.APP_ASSET.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    assetType = filters.Member("asset_type")
    creationTimestamp = filters.InstantMember("created_at")
    kind = filters.Member("asset_type", path="GVK.kind")
    api_version = filters.Member("api_version", path="GVK.version")
    assetID = filters.IdentifierMember("asset_id")
    own_label_name = filters.ElementMember("asset_labels", "name", path="labels[*].name")
    own_label_value = filters.ElementMember("asset_labels", "value", path="labels[*].value")
    assetName = filters.Member("asset_name")
    namespace = filters.Member("namespace")


def represent(asset: AppAsset) -> dict[str, Any]:
    """Return the JSON of an asset; the core group of Kubernetes has no name, so no member."""
    gvk = {"group": asset.group, "kind": asset.asset_type, "version": asset.api_version}
    return {
        "type": kinds.APP_ASSET.type,
        "version": asset.version,
        "id": str(asset.id),
        "assetType": asset.asset_type,
        "creationTimestamp": timestamp(asset.created_at),
        "GVK": {name: value for name, value in gvk.items() if value},
        "assetID": str(asset.asset_id),
        "labels": asset.asset_labels,
        "assetName": asset.asset_name,
        "namespace": asset.namespace,
        "metadata": represent_metadata(asset),
    }
