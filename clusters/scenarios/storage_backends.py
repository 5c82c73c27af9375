"""The section of storage backends."""

from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item


class BackendSection(ResourceSection):
    """`storageBackends` of an account."""

    further_properties = {
        "managementIP": {
            "description": "Address of the storage system, which no other has.",
            "type": "string",
            "format": "ipv4",
        }
    }

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the backend with its address."""
        return super().new_row(item, **columns, management_ip=item.get("managementIP"))
