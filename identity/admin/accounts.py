"""Accounts with their clocks on the admin site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from astra.accounts.callers import system_caller
from astra.accounts.clocks import ClockMode
from astra.accounts.columns import AccountColumns
from astra.accounts.models import Account, AccountState
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import DayFilter, choice_filter
from astra.adminsite.navigation import account_links
from astra.engine.admin.clocks import ClockForm, MoveForm, clock_badge, move, set_clock
from astra.engine.barriers import advance_to
from astra.isolation import accounts as isolation
from astra.isolation.admin import NameForm, save_checkpoint
from astra.isolation.resetting import account_reset
from identity.actions.accounts import account_delete
from identity.admin.account_forms import KNOBS, AccountAddForm, AccountForm

Accounts = Sequence[Account]
# How many of its lists are linked to where accounts are listed.
_LISTED = 3
_OF_STATE = ("settle_now", "save", "reset", "delete_by_api")
_NOTHING_STAYS = "Nothing of an account stays: apps, backups, users, tokens, history."


@admin.register(Account)
class AccountAdmin(AccountColumns[Account]):
    """Accounts: the tenants, each with a clock."""

    can_add = True
    next_step = (
        "Each has users, apps and backups of its own, and a clock. Add one, or load a scenario."
    )
    add_form = AccountAddForm
    form = AccountForm
    editable = ("name", "labels", *KNOBS)

    list_display = (
        "name",
        "state_cell",
        "clock_cell",
        "now_cell",
        "first_contents_cell",
        "created_cell",
    )
    list_filter = (
        choice_filter("state", "state", AccountState.values),
        choice_filter("clock", "clock_mode", ClockMode.values),
        ("created_at", DayFilter),
    )
    search_fields = ("name",)
    search_help_text = "Search by name or id"
    ordering = ("-created_at", "-id")
    actions = ("move_clock", "set_clock", *_OF_STATE)
    actions_detail = (
        *("move_clock", "set_clock"),
        {"title": "State", "icon": "inventory_2", "items": [*_OF_STATE]},
    )
    add_fieldsets = (
        (None, {"fields": ("name", "owner_email", "labels")}),
        ("Clock", {"fields": ("clock_mode", "clock_rate", "starts_at", "seed")}),
        ("Speed of the simulation", {"fields": KNOBS}),
    )
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "state_cell", "labels", "contents_cell")}),
        ("Clock", {"fields": ("clock_cell", "now_cell", "seed", "draws", "expires_at")}),
        ("Speed of the simulation", {"fields": KNOBS}),
        ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
    )

    clock_cell = cells.column("Clock", clock_badge, ordering="clock_mode")
    now_cell = cells.column("Its time now", lambda account: cells.instant(account.now()))

    @admin.display(description="Contents")
    def contents_cell(self, account: Account) -> SafeString:
        """Links to what belongs to the account."""
        return self._linked(account, account_links())

    @admin.display(description="Contents")
    def first_contents_cell(self, account: Account) -> SafeString:
        """The first of these, for a list."""
        return self._linked(account, account_links()[:_LISTED])

    def _linked(self, account: Account, lists: Sequence[tuple[str, str]]) -> SafeString:
        return cells.in_line(
            cells.link(f"{reverse('admin:index')}?account={account.pk}", "overview"),
            *(
                cells.link(cells.list_path(model, account__id__exact=account.pk), text)
                for text, model in lists
            ),
        )

    def delete_record(self, record: Account) -> None:
        """Delete the account with all that belongs to it."""
        isolation.account_delete(record.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what the page that asks shows: not each of the rows, of which there may be millions."""
        return [_NOTHING_STAYS], {}, set(), []

    @confirmed(
        "Settle now",
        explanation="Everything that is due at the account's own time is carried out, as the worker"
        " does it by itself a few times a second. The clock is not moved.",
        button="Settle",
        icon="fast_forward",
    )
    def settle_now(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        hops = sum(advance_to(each.pk, each.now()) or 0 for each in accounts)
        return Done(f"Settled {self.counted(len(accounts))}: {hops} transitions.")

    @confirmed(
        "Move clock",
        explanation="A clock that stands still is moved on; what becomes due on the way is carried"
        " out, in order.",
        button="Move",
        icon="more_time",
        form=MoveForm,
    )
    def move_clock(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        moves = [move(each, data) for each in accounts]
        count = sum(each.event_count for each in moves)
        if not all(each.is_over for each in moves):
            messages.warning(request, "It is a long way: the worker goes on with it.")
        return Done(f"Moved the clock of {self.counted(len(accounts))}: {count} transitions.")

    @confirmed(
        "Set clock",
        explanation="A real clock shows the real time, a scaled one runs faster, a manual one stands"
        " still until it is moved.",
        button="Set",
        icon="schedule",
        form=ClockForm,
    )
    def set_clock(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        for each in accounts:
            set_clock(each, data)
        return Done(f"Set the clock of {self.counted(len(accounts))}.")

    @confirmed(
        "Save checkpoint",
        explanation="All that belongs to the account is saved under a name, to be restored later.",
        button="Save",
        icon="save",
        form=NameForm,
    )
    def save(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        for each in accounts:
            save_checkpoint(each, data["name"])
        return Done(f"Saved {self.counted(len(accounts))} as {data['name']}.")

    @confirmed(
        "Reset",
        explanation="An account that was made from a scenario is put back to that: the same ids,"
        " the same tokens, its clock where it started. All else of it is gone.",
        icon="restart_alt",
        danger=True,
    )
    def reset(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        for each in accounts:
            account_reset(each.pk)
        return Done(f"Reset {self.counted(len(accounts))}.")

    @confirmed(
        "Delete as the API does",
        explanation="Its DELETE only marks an account: it is deletePending, and whoever calls with its"
        " tokens is refused. All that belongs to it stays.",
        button="Mark as deleted",
        icon="block",
        danger=True,
    )
    def delete_by_api(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        for each in accounts:
            account_delete(caller=system_caller(each))
        return Done(f"Marked {self.counted(len(accounts))} as deleted.")

    @confirmed(
        "Delete",
        explanation=_NOTHING_STAYS,
        button="Delete",
        danger=True,
    )
    def delete_records(self, request: HttpRequest, accounts: Accounts, data: Any) -> Done:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        for each in accounts:
            self.delete_record(each)
        return Done(f"Deleted {self.counted(len(accounts))}.")
