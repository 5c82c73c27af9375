"""What happened to records, on the admin site."""

from django.contrib import admin
from django.utils.safestring import SafeString

from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.records import RecordAdmin
from astra.engine.models import Transition
from astra.engine.registry import registration, registrations


def _kinds() -> list[str]:
    """Return the kinds that have a history; those of most rows, which come last, first."""
    return [item.lifecycle.kind for item in registrations()][::-1]


@admin.register(Transition)
class TransitionAdmin(RecordAdmin[Transition]):
    """What happened to records, newest first; it outlives them."""

    list_display = ("at_cell", "kind", "record_cell", "step_cell", "reason", "account_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("kind", "kind", _kinds),
        choice_filter(
            "new state",
            "to_state",
            ("pending", "discovering", "running", "completed", "failed", "removed", "unknown"),
        ),
        ("at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("reason",)
    search_help_text = "Search by a record's id, or by reason"
    search_ids = ("resource_id",)
    # The order in which they were written, which needs no sorting.
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account_cell",
                    "kind",
                    "record_cell",
                    "resource_id",
                    "sequence",
                    "step_cell",
                    "reason",
                    "at_cell",
                    "recorded_at",
                )
            },
        ),
    )

    @admin.display(description="Instant", ordering="id")
    def at_cell(self, transition: Transition) -> SafeString | str:
        """The account's instant."""
        return cells.instant(transition.at)

    @admin.display(description="Record")
    def record_cell(self, transition: Transition) -> SafeString:
        """The record, linked, by the start of its id."""
        return record_of(transition)

    @admin.display(description="Step")
    def step_cell(self, transition: Transition) -> SafeString:
        """From which state to which."""
        came_from = cells.state_badge(transition.from_state) if transition.from_state else "new"
        return cells.in_line(came_from, "→", cells.state_badge(transition.to_state))

    @admin.display(description="Account", ordering="account__name")
    def account_cell(self, transition: Transition) -> SafeString | str:
        """The account, linked."""
        return cells.record_link(transition.account)


def record_of(transition: Transition) -> SafeString:
    """Return a link to the record of a transition; it may be deleted by now."""
    short = cells.short_identifier(transition.resource_id)
    if transition.kind not in {item.lifecycle.kind for item in registrations()}:
        return short
    model = registration(transition.kind).model
    return cells.link(cells.page_of(model, transition.resource_id), short)
