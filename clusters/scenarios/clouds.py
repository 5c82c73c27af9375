"""The section of clouds."""

from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from clusters.scenarios.implied import credential_of_cloud, needs_credential


class CloudSection(ResourceSection):
    """`clouds` of an account: private ones, where an item does not say it."""

    needs = ()

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the cloud; a public one has the credential that is made for it, if it names none."""
        if needs_credential(item.values):
            name = credential_of_cloud(item.values)["name"]
            columns["credential_id"] = item.account.by_name["credentials"][name].id
        return super().new_row(item, **columns)
