"""Accounts with their clocks, the history of all records, and scenarios on the admin site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from astra.accounts.columns import AccountColumns
from astra.accounts.models import Account, AccountState, ClockMode
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.records import RecordAdmin
from astra.simulation.models import SeededScenario, Transition
from astra.simulation.registry import registration, registrations
from astra.simulation.settling import settle_account


@admin.register(Account)
class AccountAdmin(AccountColumns, RecordAdmin[Account]):
    """Accounts: the tenants, each with a clock."""

    list_display = ("name", "state_cell", "clock_cell", "now_cell", "contents_cell", "created_cell")
    list_filter = (
        choice_filter("state", "state", AccountState.values),
        choice_filter("clock", "clock_mode", ClockMode.values),
        ("created_at", DayFilter),
    )
    search_fields = ("name",)
    search_help_text = "Search by id or name"
    ordering = ("-created_at", "-id")
    actions = ("settle_now",)
    actions_detail = ("settle_now",)
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "state_cell", "is_enabled", "contents_cell")}),
        ("Clock", {"fields": ("clock_cell", "now_cell", "seed", "draws")}),
        ("Speed of the simulation", {"fields": ("stage_delays", "immediate_kinds")}),
        ("Metadata", {"fields": ("labels_cell", "version", "created_at", "modified_at")}),
    )

    @admin.display(description="Clock", ordering="clock_mode")
    def clock_cell(self, account: Account) -> SafeString:
        """How the account's time relates to real time."""
        if account.clock_mode == ClockMode.SCALED:
            return cells.badge(f"{account.clock_rate:g}× faster", "busy")
        tone = "warning" if account.clock_mode == ClockMode.MANUAL else "good"
        return cells.badge(account.clock_mode, tone)

    @admin.display(description="Its time now")
    def now_cell(self, account: Account) -> SafeString | str:
        """The account's instant."""
        return cells.instant(account.now())

    @admin.display(description="Contents")
    def contents_cell(self, account: Account) -> SafeString:
        """Links to what belongs to the account."""
        lists = {
            "backups": "backups.appbackup",
            "apps": "backups.app",
            "buckets": "backups.bucket",
            "users": "accounts.user",
            "history": "simulation.transition",
        }
        return cells.in_line(
            *(
                cells.link(cells.list_path(label, account__id__exact=account.pk), text)
                for text, label in lists.items()
            )
        )

    @confirmed(
        "Settle now",
        explanation="Everything that is due at the account's own time is carried out, as the worker"
        " does it by itself a few times a second. The clock is not moved.",
        button="Settle",
        icon="fast_forward",
    )
    def settle_now(self, request: HttpRequest, accounts: Sequence[Account], data: Any) -> Done:
        """Carry out what is due in the accounts."""
        hops = sum(len(settle_account(each.pk, each.now()) or ()) for each in accounts)
        return Done(f"Settled {self.counted(len(accounts))}: {hops} transitions.")


@admin.register(Transition)
class TransitionAdmin(RecordAdmin[Transition]):
    """What happened to records, newest first; it outlives them."""

    list_display = ("at_cell", "kind", "record_cell", "step_cell", "reason", "account_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter(
            "kind", "kind", ("appBackup", "appSnap", "app", "bucket")
        ),
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


@admin.register(SeededScenario)
class SeededScenarioAdmin(RecordAdmin[SeededScenario]):
    """Scenarios that were loaded into this database."""

    list_display = ("name", "seeded_cell")
    search_fields = ("name",)
    ordering = ("-seeded_at",)
    fieldsets = ((None, {"fields": ("name", "seeded_cell")}),)

    @admin.display(description="Seeded", ordering="seeded_at")
    def seeded_cell(self, scenario: SeededScenario) -> SafeString | str:
        """When it was loaded, in real time."""
        return cells.instant(scenario.seeded_at)
