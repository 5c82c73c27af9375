"""The label by which a managed cluster says which cloud it is of."""

from astra.accounts.metadata import label_of_service
from clusters.models import Cloud


def cloud_label(cloud: Cloud) -> dict[str, str]:
    """Return the label that callers look for. Source: section 2 of `families.md`."""
    return label_of_service("cloudName", cloud.name)
