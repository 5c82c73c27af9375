"""What becomes of clouds and clusters whose credential goes: they fail."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from astra.accounts.callers import Caller
from astra.engine.plan import begin_in
from astra.engine.stages import Fate, Lifecycle
from clusters.lifecycle import FAILED, PENDING, RUNNING


def failing_without(lifecycle: Lifecycle) -> Callable[[QuerySet[Any], Caller], None]:
    """Return what is done to the rows of a kind whose credential is deleted."""

    def lose(rows: QuerySet[Any], caller: Caller) -> None:
        """Discover anew what runs or is on its way to it: it will fail."""
        reason = f"The credential of the {lifecycle.kind} does not exist any more."
        usable = rows.filter(state__in=(*lifecycle.unfinished, RUNNING)).order_by("id")
        for row in usable.select_for_update(no_key=True):
            fate = Fate(FAILED, reasons=(reason,))
            row.save(update_fields=begin_in(lifecycle, row, PENDING, fate, caller))

    return lose
