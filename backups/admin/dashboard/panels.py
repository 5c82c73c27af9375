"""The panels of the overview: which there are, and who may look at them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backups.admin.dashboard import (
    clock,
    failures,
    faults,
    history,
    journal,
    running,
    tiles,
    transitions,
)
from backups.admin.dashboard.scope import Scope


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the overview that is kept up to date; ``fill`` takes bounded queries."""

    name: str
    permission: str
    fill: Callable[[Scope], dict[str, Any]]

    def contents(self, scope: Scope) -> dict[str, Any]:
        """Return the panel as templates want it."""
        template = f"backups/dashboard/panels/{self.name}.html"
        return {"name": self.name, "template": template, **self.fill(scope)}


PANELS = (
    Panel("tiles", "backups.view_appbackup", tiles.fill),
    Panel("history", "backups.view_appbackup", history.fill),
    Panel("clock", "accounts.view_account", clock.fill),
    Panel("running", "backups.view_appbackup", running.fill),
    Panel("failures", "backups.view_appbackup", failures.fill),
    Panel("faults", "faults.view_faultrule", faults.fill),
    Panel("transitions", "engine.view_transition", transitions.fill),
    Panel("journal", "journal.view_journalentry", journal.fill),
)


def panels_of(scope: Scope) -> dict[str, Any]:
    """Return the panels that the person may look at, by name."""
    return {each.name: each.contents(scope) for each in PANELS if scope.can(each.permission)}
