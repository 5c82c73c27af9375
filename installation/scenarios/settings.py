"""The section of settings: those that an account has otherwise than a new one."""

from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from installation.lifecycle import PENDING, VALID
from installation.wellknown import all_known, well_known


class SettingSection(ResourceSection):
    """`settings` of an account; without `currentConfig` one is what it is in a new account."""

    needs = ()
    members = ("name", "currentConfig", "desiredConfig", "stateUnready")

    def properties_of(self) -> dict[str, Any]:
        """Return the JSON Schema of the members: a setting has one of the names that there are."""
        return {**super().properties_of(), "name": {"enum": [each.name for each in all_known()]}}

    def further(self, item: Item) -> dict[str, Any]:
        """Return the columns of its configurations: it will be what is desired if it becomes valid."""
        current = item.get("currentConfig", well_known(item.name).default)
        becomes_valid = item.get("fate", {}).get("outcome", VALID) == VALID
        desired = item.get("desiredConfig", current)
        is_pending = item.get("state", VALID) == PENDING
        outcome = desired if is_pending and becomes_valid else current
        return super().further(item) | {"current_config": current, "outcome_config": outcome}
