"""The objects inside an app's JSON: what it consists of, where it is mapped to, what is restored."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.api import fields
from astra.api.fields import EXTENDED
from astra.api.serializers import ClosedSerializer

CLASS_PATTERN = r"^(([a-z0-9]([-a-z0-9]*[a-z0-9])?)|(\*))$"
NAMESPACE_MAX_LENGTH = 253


class Gvk(ClosedSerializer):
    """Group, version and kind of Kubernetes objects."""

    group = fields.StrictCharField()
    kind = fields.StrictCharField()
    version = fields.StrictCharField()


class ClusterScopedResource(ClosedSerializer):
    """An element of `clusterScopedResources`."""

    GVK = Gvk()
    labelSelectors = fields.UniqueListField(child=fields.StrictCharField(), required=False)


class NamespaceScopedResource(ClosedSerializer):
    """An element of `namespaceScopedResources`; answers always have its `labelSelectors`."""

    namespace = fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH)
    labelSelectors = fields.UniqueListField(child=fields.StrictCharField(), default=list)


class ShownNamespaceScopedResource(NamespaceScopedResource):
    """An element of `namespaceScopedResources` in answers."""

    labelSelectors = fields.UniqueListField(child=fields.StrictCharField())


class StateTransition(ClosedSerializer):
    """An element of `stateTransitions`."""

    to = fields.UniqueListField(child=fields.StrictCharField())

    def get_fields(self) -> dict[str, Any]:
        """Return the members, `from` among them, which Python cannot spell as an attribute."""
        return {"from": fields.StrictCharField(), **super().get_fields()}


class NamespaceMapping(ClosedSerializer):
    """An element of `namespaceMapping`."""

    source = fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH)  # type: ignore[assignment]
    destination = fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH)


class StorageClassMapping(ClosedSerializer):
    """An element of `storageClassMapping`; the source may be `*`."""

    source = fields.StrictCharField(  # type: ignore[assignment]
        pattern=CLASS_PATTERN, min_length=1, max_length=63
    )
    destination = fields.DnsLabelField()


class Gvkn(ClosedSerializer):
    """An element of `restoreFilter.GVKN`; an empty one is problem 147."""

    group = fields.StrictCharField(required=False)
    version = fields.StrictCharField(required=False)
    kind = fields.StrictCharField(required=False)
    namespaces = fields.UniqueListField(child=fields.DnsLabelField(), required=False)
    names = fields.UniqueListField(
        child=fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH), required=False
    )
    labelSelectors = fields.UniqueListField(child=fields.StrictCharField(), required=False)


class RestoreFilter(ClosedSerializer):
    """`restoreFilter`."""

    resourceSelectionCriteria = fields.EnumField(["include", "exclude"])
    GVKN = fields.UniqueListField(child=Gvkn())


def require_one_source(attrs: dict[str, Any], names: tuple[str, ...]) -> None:
    """Raise problem 9's error when more than one source of a clone or restore is named."""
    named = [name for name in names if name in attrs]
    if len(named) > 1:
        reason = f"Only one of {', '.join(names)} may be given."
        raise ValidationError({name: [ErrorDetail(reason, code=EXTENDED)] for name in named})
