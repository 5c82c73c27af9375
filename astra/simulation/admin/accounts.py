"""Accounts with their clocks on the admin site."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from astra.accounts.actions.accounts import account_delete, account_replace
from astra.accounts.actions.role_bindings import role_binding_create
from astra.accounts.actions.users import user_create
from astra.accounts.admin.users import role_body
from astra.accounts.columns import AccountColumns
from astra.accounts.kinds import ACCOUNT, USER
from astra.accounts.models import Account, AccountState, ClockMode, Role
from astra.accounts.serializers.accounts import AccountCreate, AccountReplace
from astra.accounts.serializers.role_bindings import RoleBindingCreate
from astra.accounts.serializers.users import UserCreate
from astra.accounts.system import system_caller
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, LabelsField
from astra.api.clock import real_now
from astra.api.problems import CONFLICT, ApiProblem
from astra.api.serializers import read_only_labels
from astra.simulation.admin.clocks import ClockForm, MoveForm, move, set_clock
from astra.simulation.barriers import advance_to

_KNOBS = ("stage_delays", "immediate_kinds")


class AccountForm(ApiForm):
    """What can be changed of an account: by the API's rules, and how fast it is simulated."""

    name = forms.CharField(widget=UnfoldAdminTextInputWidget)
    labels = LabelsField()
    stage_delays = forms.JSONField(
        required=False,
        initial=dict,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text='Seconds by stage, for all its apps, for example {"app-backup-run": 0.5}.',
    )
    immediate_kinds = forms.JSONField(
        required=False,
        initial=list,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text='Kinds that are finished at once, for example ["appBackup", "appSnap"].',
    )

    members = {"metadata": "labels"}

    class Meta:
        model = Account
        fields: tuple[str, ...] = ("name", "labels", *_KNOBS)

    def perform(self, data: dict[str, Any]) -> Account:
        """Replace the account as the API does, and set how fast it is simulated."""
        account = Account.objects.select_for_update().get(pk=self.instance.pk)
        body = AccountReplace.parse(_body(data))
        account_replace(caller=system_caller(account), account=account, body=body)
        for name, value in _knobs(data).items():
            setattr(account, name, value)
        account.save(update_fields=_KNOBS)
        return account


class AccountAddForm(AccountForm):
    """A new account with its clock, and its first owner."""

    owner_email = forms.CharField(
        label="Owner's email",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="A user with the role owner is made. Its token is made on its own page.",
    )
    clock_mode = forms.ChoiceField(
        label="Clock", choices=ClockMode.choices, widget=UnfoldAdminSelectWidget
    )
    clock_rate = forms.FloatField(
        label="Simulated seconds per second",
        required=False,
        min_value=0,
        initial=60,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Of a scaled clock.",
    )
    starts_at = forms.SplitDateTimeField(
        label="Its time at the start",
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="In UTC, of a scaled or manual clock. Left empty, the present.",
    )
    seed = forms.IntegerField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Decides jitter and, under a manual clock, the ids. Left empty, one is made up.",
    )

    members = {**AccountForm.members, "email": "owner_email"}

    def perform(self, data: dict[str, Any]) -> Account:
        """Make the account and its owner; the rules for name, labels and email are the API's."""
        body = AccountCreate.parse(_body(data))
        labels = body["metadata"]["labels"]
        if refused := read_only_labels(labels):
            raise ApiProblem(CONFLICT, fields=refused)
        account = Account(name=body["name"], version=body["version"], labels=labels)
        for column, value in {**_clock(data), **_knobs(data)}.items():
            setattr(account, column, value)
        seed = data["seed"]
        account.seed = account.id.int >> 65 if seed is None else seed
        account.created_at = account.modified_at = account.enabled_at = account.clock_sim
        account.full_clean()
        account.save(force_insert=True)
        if data["owner_email"]:
            _make_owner(account, data["owner_email"])
        return account


def _make_owner(account: Account, email: str) -> None:
    caller = system_caller(account)
    user = user_create(
        caller=caller,
        body=UserCreate.parse({"type": USER.type, "version": USER.versions[0], "email": email}),
    )
    role_binding_create(
        caller=caller, body=RoleBindingCreate.parse(role_body(user, Role.OWNER.value))
    )


def _body(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": ACCOUNT.type,
        "version": ACCOUNT.versions[0],
        "name": data["name"],
        "metadata": {"labels": data["labels"]},
    }


def _knobs(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "stage_delays": data["stage_delays"] or {},
        "immediate_kinds": data["immediate_kinds"] or [],
    }


def _clock(data: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the clock: the real one has no offset, a manual one stands still."""
    mode, now = data["clock_mode"], real_now()
    starts_at: datetime = now if mode == ClockMode.REAL else data["starts_at"] or now
    rates = {ClockMode.REAL: 1.0, ClockMode.MANUAL: 0.0}
    rate = rates.get(mode, data["clock_rate"])
    if not rate and mode == ClockMode.SCALED:
        raise forms.ValidationError({"clock_rate": "A scaled clock needs a rate above zero."})
    return {"clock_mode": mode, "clock_rate": rate, "clock_sim": starts_at, "clock_real": now}


@admin.register(Account)
class AccountAdmin(AccountColumns[Account]):
    """Accounts: the tenants, each with a clock."""

    can_add = True
    add_form = AccountAddForm
    form = AccountForm
    editable = ("name", "labels", *_KNOBS)

    list_display = ("name", "state_cell", "clock_cell", "now_cell", "contents_cell", "created_cell")
    list_filter = (
        choice_filter("state", "state", AccountState.values),
        choice_filter("clock", "clock_mode", ClockMode.values),
        ("created_at", DayFilter),
    )
    search_fields = ("name",)
    search_help_text = "Search by name or id"
    ordering = ("-created_at", "-id")
    actions = ("move_clock", "set_clock", "settle_now")
    actions_detail = ("move_clock", "set_clock", "settle_now")
    add_fieldsets = (
        (None, {"fields": ("name", "owner_email", "labels")}),
        ("Clock", {"fields": ("clock_mode", "clock_rate", "starts_at", "seed")}),
        ("Speed of the simulation", {"fields": _KNOBS}),
    )
    fieldsets = (
        (None, {"fields": ("id_cell", "name", "state_cell", "labels", "contents_cell")}),
        ("Clock", {"fields": ("clock_cell", "now_cell", "seed", "draws")}),
        ("Speed of the simulation", {"fields": _KNOBS}),
        ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
    )

    @admin.display(description="Clock", ordering="clock_mode")
    def clock_cell(self, account: Account) -> SafeString:
        """How the account's time relates to real time."""
        if account.clock_target:
            return cells.badge("advancing", "busy")
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
            "fault rules": "simulation.faultrule",
        }
        return cells.in_line(
            *(
                cells.link(cells.list_path(label, account__id__exact=account.pk), text)
                for text, label in lists.items()
            )
        )

    def delete_record(self, record: Account) -> None:
        """Mark the account for deletion as the API does."""
        account_delete(caller=system_caller(record))

    @confirmed(
        "Settle now",
        explanation="Everything that is due at the account's own time is carried out, as the worker"
        " does it by itself a few times a second. The clock is not moved.",
        button="Settle",
        icon="fast_forward",
    )
    def settle_now(self, request: HttpRequest, accounts: Sequence[Account], data: Any) -> Done:
        """Carry out what is due in the accounts."""
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
    def move_clock(
        self, request: HttpRequest, accounts: Sequence[Account], data: dict[str, Any]
    ) -> Done:
        """Move the clocks of the accounts."""
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
    def set_clock(
        self, request: HttpRequest, accounts: Sequence[Account], data: dict[str, Any]
    ) -> Done:
        """Set the clocks of the accounts."""
        for each in accounts:
            set_clock(each, data)
        return Done(f"Set the clock of {self.counted(len(accounts))}.")
