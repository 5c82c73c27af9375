"""The section of execution hooks: those of an app, and NetApp's, which are of any."""

from collections.abc import Sequence
from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from hooks.actions.execution_hooks import match_anew
from hooks.actions.running import keep_has_hooks
from hooks.models import HookType


class ExecutionHookSection(ResourceSection):
    """`executionHooks` of an account; one without an app is NetApp's."""

    members = (
        *("name", "matchingCriteria", "action", "stage", "hookSourceID", "arguments", "appID"),
        *("enabled", "description"),
    )

    def required_of(self) -> Sequence[str]:
        """Return the members that an item must have."""
        return [name for name in super().required_of() if name != "app"]

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the hook, with what it matches."""
        hook_type = HookType.CUSTOM if "app" in item.values else HookType.NETAPP
        row = super().new_row(item, hook_type=hook_type, **columns)
        self.complete(item, row)
        if "app" in item.values:
            match_anew(row, item.find("apps", "app").row)
        return row

    def written(self, items: Sequence[Item]) -> None:
        """Let the apps know that they have hooks."""
        for item in items:
            keep_has_hooks(item.row.account_id, item.row.app_id)
