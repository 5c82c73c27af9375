"""What the admin pages of records that move through stages have in common."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from astra.accounts.clocks import ClockMode
from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.units import human_span
from astra.engine.models import Staged
from astra.engine.stages import Lifecycle
from astra.engine.timeline import timeline

S = TypeVar("S", bound=Staged)


class StagedAdmin(AccountColumns[S]):
    """Pages of a kind with a lifecycle: the next step in lists, the timeline on a record's page."""

    lifecycle: ClassVar[Lifecycle]

    change_form_outer_after_template = "engine/timeline.html"

    # When the record moves on by itself.
    next_cell = cells.instant_column(
        "Next step", "next_transition_at", ordering="next_transition_at"
    )

    @admin.display(description="Will end")
    def fate_cell(self, record: Staged) -> SafeString | str:
        """What it is on its way to, and why."""
        if record.state in self.lifecycle.final:
            return "has ended"
        if record.outcome is None:
            return "never, by itself"
        return cells.in_line(cells.state_badge(record.outcome), *record.outcome_reasons)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = kwargs.get("obj")
        if record is not None:
            context |= self._story(record)
        return super().render_change_form(request, context, *args, **kwargs)

    def _story(self, record: S) -> dict[str, Any]:
        now: datetime = record.account.now()
        return {
            "now": now,
            "clock": record.account.get_clock_mode_display().lower(),
            "steps": [
                {"step": step, "after": human_span(step.after) if step.after is not None else ""}
                for step in timeline(record, self.lifecycle, now)
            ],
            # Where time passes by itself the page follows it, if nothing is typed in on it.
            "is_live": record.next_transition_at is not None
            and record.account.clock_mode != ClockMode.MANUAL
            and not self.editable,
        }
