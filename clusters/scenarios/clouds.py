"""The section of clouds."""

from collections.abc import Sequence
from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from clusters.models.clouds import PRIVATE


class CloudSection(ResourceSection):
    """`clouds` of an account: private ones, where an item does not say it."""

    def required_of(self) -> Sequence[str]:
        """Return the members that an item must have: none but its name."""
        return ()

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the cloud; a public one has a credential, made up if it has none."""
        is_private = item.get("cloudType", PRIVATE) == PRIVATE
        if not is_private and "credentialID" not in item.values:
            columns["credential_id"] = item.derived_id("credential")
        return super().new_row(item, **columns)
