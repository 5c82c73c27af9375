"""Making and changing an account on the admin site: the API's rules, and its clock."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from unfold.widgets import UnfoldAdminTextInputWidget

from astra.accounts.beginnings import begin_accounts
from astra.accounts.callers import system_caller
from astra.accounts.clocks import DEFAULT_RATE, FASTEST_RATE, ClockMode, DeclaredClock
from astra.accounts.models import Account, Role
from astra.adminsite.forms import (
    ApiForm,
    InstantField,
    LabelsField,
    LineField,
    PickField,
)
from astra.api.clock import real_now
from astra.api.problems import CONFLICT, ApiProblem
from astra.api.serializers import ClosedSerializer, read_only_labels
from astra.engine.admin.clocks import rate_field
from astra.engine.admin.paces import delays_field, immediate_field
from astra.engine.paces import pace_of
from astra.resources.actions import change_row, create_row
from identity.admin.users import give_role
from identity.resources.accounts import ACCOUNT
from identity.resources.users import USER

KNOBS = ("stage_delays", "immediate_kinds")


class AccountForm(ApiForm):
    """What can be changed of an account: by the API's rules, and how fast it is simulated."""

    name = LineField()
    labels = LabelsField()
    stage_delays = delays_field()
    immediate_kinds = immediate_field()

    members = {"metadata": "labels"}

    class Meta:
        model = Account
        fields: tuple[str, ...] = ("name", "labels", *KNOBS)

    def perform(self, data: dict[str, Any]) -> Account:
        """Replace the account as the API does, and set how fast it is simulated."""
        body = _checked(ACCOUNT.members.replace_body, data)
        caller = system_caller(self.instance)
        account: Account = change_row(
            ACCOUNT, caller=caller, identifier=self.instance.pk, body=body
        )
        for name, value in pace_of(data).items():
            setattr(account, name, value)
        account.save(update_fields=KNOBS)
        return account


class AccountAddForm(AccountForm):
    """A new account with its clock, and its first owner."""

    owner_email = LineField(
        label="Owner's email",
        required=False,
        help_text="A user with the role owner is made. Its token is made on its own page.",
    )
    clock_mode = PickField(label="Clock", choices=ClockMode.choices)
    clock_rate = rate_field(
        help_text="Of a scaled clock.", initial=DEFAULT_RATE, min_value=0, max_value=FASTEST_RATE
    )
    starts_at = InstantField(
        label="Its time at the start",
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
        body = _checked(ACCOUNT.members.create_body, data)
        labels = body["metadata"]["labels"]
        if refused := read_only_labels(labels):
            raise ApiProblem(CONFLICT, fields=refused)
        account = Account(name=body["name"], version=body["version"], labels=labels)
        for column, value in {**_clock(data), **pace_of(data)}.items():
            setattr(account, column, value)
        seed = data["seed"]
        account.seed = account.id.int >> 65 if seed is None else seed
        account.created_at = account.modified_at = account.enabled_at = account.clock_sim
        account.full_clean()
        account.save(force_insert=True)
        begin_accounts([account])
        if data["owner_email"]:
            _make_owner(account, data["owner_email"])
        return account


def _make_owner(account: Account, email: str) -> None:
    body = USER.members.checked(USER.members.create_body, email=email)
    give_role(create_row(USER, caller=system_caller(account), body=body), Role.OWNER)


def _checked(body: type[ClosedSerializer], data: dict[str, Any]) -> dict[str, Any]:
    metadata = {"labels": data["labels"]}
    return ACCOUNT.members.checked(body, name=data["name"], metadata=metadata)


def _clock(data: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the clock; what its mode does not take, the form shows all the same."""
    mode = ClockMode(data["clock_mode"])
    rate = data["clock_rate"] if mode == ClockMode.SCALED else None
    start = None if mode == ClockMode.REAL else data["starts_at"]
    clock = DeclaredClock(mode, rate or None, start)
    for broken in clock.broken(needs_rate=True):
        field = "clock_rate" if broken.member == "rate" else NON_FIELD_ERRORS
        raise forms.ValidationError({field: broken.reason})
    return clock.columns(real_now())
