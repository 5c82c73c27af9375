"""What happened to records, on the admin site."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, Model, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpRequest
from django.utils.safestring import SafeString

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.engine.models import Transition
from astra.engine.registry import registration, registrations


def _kinds() -> list[str]:
    """Return the kinds that have a history; those of most rows, which come last, first."""
    return [item.lifecycle.kind for item in registrations()][::-1]


def record_of(transition: Transition) -> SafeString:
    """Return a link to the record of a transition, by its name where `record_name` has it.

    It may be deleted by now.
    """
    name: str = getattr(transition, "record_name", "")
    text = name or cells.short_identifier(transition.resource_id)
    if transition.kind not in {item.lifecycle.kind for item in registrations()}:
        return cells.in_line(text)
    model = registration(transition.kind).model
    return cells.link(cells.page_of(model, transition.resource_id), text)


def with_names(steps: QuerySet[Transition]) -> QuerySet[Transition]:
    """Return transitions with `record_name`: what the record is called, if it is there and has a name."""
    names = [
        When(kind=item.lifecycle.kind, then=Subquery(_named(item.model)))
        for item in registrations()
        if any(field.name == "name" for field in item.model._meta.concrete_fields)
    ]
    return steps.annotate(record_name=Case(*names, default=Value(""), output_field=CharField()))


def _named(model: type[Model]) -> QuerySet[Any, Any]:
    rows = model._default_manager.filter(pk=OuterRef("resource_id"))
    return rows.order_by().values("name")


def _states() -> list[str]:
    """Return what records can come to, in the order of the kinds."""
    return [state for kind in _kinds() for state in registration(kind).lifecycle.states]


@admin.register(Transition)
class TransitionAdmin(AccountColumns[Transition]):
    """What happened to records, newest first; it outlives them."""

    list_display = ("at_cell", "kind", "record_cell", "step_cell", "reason", "account_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("kind", "kind", _kinds),
        choice_filter("new state", "to_state", _states),
        ("at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("reason",)
    search_help_text = "Search by a record's id, or by reason"
    search_ids = ("resource_id",)
    # The order in which they were written, which needs no sorting.
    ordering = ("-id",)
    fields = (
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transition]:
        """Return the transitions, with the names of what they are about."""
        return with_names(super().get_queryset(request))

    at_cell = cells.instant_column("Instant", "at", ordering="id")
    record_cell = cells.column("Record", record_of)

    @admin.display(description="Step")
    def step_cell(self, transition: Transition) -> SafeString:
        came_from = cells.state_badge(transition.from_state) if transition.from_state else "new"
        return cells.in_line(came_from, "→", cells.state_badge(transition.to_state))
