"""What requests about throwaway accounts may say, and what the answers do."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from astra.accounts.belongings import belongings
from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.models import NAME_MAX_LENGTH, Account
from astra.api import fields
from astra.api.clock import timestamp
from astra.api.media import with_values
from astra.api.quantities import parse_duration
from astra.api.serializers import ClosedSerializer, extended_error
from astra.engine.clocks import represent_clock
from astra.engine.views import DeclaredClockBody
from astra.isolation.accounts import AccountWanted, NewAccount
from astra.isolation.models import Checkpoint, Origin
from astra.isolation.resetting import Everything

_SEED_MAX = 2**31 - 1


class ScenarioField(serializers.Field[Any, Any, Any, Any]):
    """A name of the library, or a whole document."""

    default_error_messages = {"invalid": "Must be a scenario's name or a scenario document."}

    def to_internal_value(self, data: Any) -> str | Mapping[str, Any]:
        """Return it as it came; fails with `invalid`."""
        if not isinstance(data, str | Mapping):
            self.fail("invalid")
        return data


class NumbersField(fields.ObjectField):
    """An object of numbers."""

    child = fields.NumberField()


class AccountBody(ClosedSerializer):
    """A request for a new account."""

    scenario = ScenarioField(required=False)
    parameters = NumbersField(required=False)
    name = fields.StrictCharField(required=False, min_length=1, max_length=NAME_MAX_LENGTH)
    clock = DeclaredClockBody(required=False)
    ttl = fields.StrictCharField(required=False)
    seed = fields.NumberField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no duration or no seed (problem 9)."""
        seed = attrs.get("seed")
        if seed is not None and (not isinstance(seed, int) or not 0 <= seed <= _SEED_MAX):
            raise extended_error("seed", f"Must be a whole number from 0 to {_SEED_MAX}.")
        if "ttl" in attrs:
            try:
                attrs["ttl"] = parse_duration(attrs["ttl"])
            except ValueError as error:
                raise extended_error("ttl", str(error)) from error
            if attrs["ttl"] <= timedelta():
                raise extended_error("ttl", "Must be longer than nothing.")
        return attrs

    @staticmethod
    def wanted(sent: Mapping[str, Any]) -> AccountWanted:
        """Return what a validated body asks for."""
        clock = sent.get("clock")
        if clock is not None:
            mode = ClockMode(clock["mode"])
            clock = DeclaredClock(mode, clock.get("rate"), clock.get("now")).document()
        return AccountWanted(**{**sent, "clock": clock})


class ResetBody(ClosedSerializer):
    """A request to reset everything."""

    all = fields.FlagField(required=False)
    force = fields.FlagField(required=False)


class CheckpointBody(ClosedSerializer):
    """A request for a checkpoint."""

    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what cannot be a step of a path (problem 9)."""
        if "/" in attrs["name"]:
            raise extended_error("name", "Must contain neither a slash nor NUL.")
        return attrs


def everything_document(done: Everything) -> dict[str, Any]:
    """Return which accounts a reset of everything put back, made again and deleted."""
    return {
        name: [{"id": str(account.id), "name": account.name} for account in getattr(done, name)]
        for name in ("reset", "made", "deleted")
    }


def summary(account: Account) -> dict[str, Any]:
    """Return an account as lists have it."""
    document = {
        "id": str(account.id),
        "name": account.name,
        "clock": represent_clock(account),
        "expiresAt": account.expires_at and timestamp(account.expires_at),
    }
    return with_values(document)


def details(account: Account) -> dict[str, Any]:
    """Return an account with the ids of what it has."""
    origin = Origin.objects.filter(account_id=account.id).values_list("scenario", flat=True).first()
    return with_values({**summary(account), "scenario": origin, **parts(account.id)})


def introduction(made: NewAccount) -> dict[str, Any]:
    """Return a new account with everything a test needs, its token too."""
    return {
        **summary(made.account),
        "token": made.token,
        "userID": str(made.owner_id),
        **parts(made.account.id),
    }


def parts(account_id: uuid.UUID) -> dict[str, list[dict[str, str]]]:
    """Return id and name of what the account has, by kind."""
    return {
        item.listed_as: [
            {"id": str(identifier), "name": name}
            for identifier, name in item.model._default_manager.filter(
                account_id=account_id, **item.listed_if
            )
            .order_by("created_at", "id")
            .values_list("id", "name")
        ]
        for item in belongings()
        if item.listed_as
    }


def checkpoint_document(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what is said of a checkpoint."""
    return {
        "name": checkpoint.name,
        "accountID": str(checkpoint.account_id),
        "at": timestamp(checkpoint.at),
        "savedAt": timestamp(checkpoint.saved_at),
        "formatVersion": checkpoint.format_version,
        "rows": checkpoint.counts,
    }
