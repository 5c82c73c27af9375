"""A row and a body of any declared resource, made from its published examples.

Names are told apart by a number, identifiers that refer to something refer to what is really there.
"""

import copy
import itertools
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db.models import Model

from astra.accounts.models import Account, Described
from astra.apidocs.shapes import example_of
from astra.resources import registry
from astra.resources.members import Choice, Identifier, Member, Name, Text
from astra.resources.places import foreign_key
from astra.resources.resource import Resource
from tests import world

_numbers = itertools.count(1)


def make(
    resource: Resource, account: Account, parents: Mapping[str, Any], **values: Any
) -> Described:
    """Store a row like the example of an answer, below those ``parents`` that it refers to."""
    example = example_of(resource.members.shape)
    model: type[Any] = resource.model
    row = model(
        account=account,
        version=resource.kind.versions[0],
        **_keys(model, parents),
        **world.AWAKE,
    )
    stored = {field.attname for field in model._meta.concrete_fields}
    for member in resource.members.members:
        if member.name in example and member.column in stored:
            member.apply(row, _value(resource, member, example[member.name], account))
    resource.complete(row, world.START)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row  # type: ignore[no-any-return]


def _keys(model: type[Model], parents: Mapping[str, Any]) -> dict[str, Any]:
    """Return the foreign keys of the model to the parents, where it has any."""
    keys = {}
    for parent in parents.values():
        with suppress(LookupError):
            keys[foreign_key(model, type(parent))] = parent
    return keys


def body(resource: Resource, account: Account) -> dict[str, Any]:
    """Return a body like the example of a create."""
    document: dict[str, Any] = copy.deepcopy(example_of(resource.members.create_body))
    document.pop("metadata", None)
    for name in document.keys() - {"type", "version", "id"}:
        member = resource.members[name]
        if isinstance(member, Identifier) and member.to is not None:
            document[name] = str(_referred(member, account).pk)
        elif name == resource.key:
            document[name] = _told_apart(member, document[name])
    return document


def _value(resource: Resource, member: Member, shown: Any, account: Account) -> Any:
    if isinstance(member, Identifier) and member.to is not None:
        return _referred(member, account).pk
    return _told_apart(member, shown) if member.name == resource.key else shown


def _told_apart(member: Member, value: Any) -> Any:
    if isinstance(member, Text | Name) and not isinstance(member, Choice):
        return f"{value}-{next(_numbers)}"
    return value


def _referred(member: Identifier, account: Account) -> Any:
    """Return a row that the member may refer to, made if there is none."""
    assert member.to is not None
    found = member.to.model._default_manager.filter(account_id=account.pk).first()
    related = registry.resource_of(member.to.model)
    assert found or related
    return found or make(related, account, {})  # type: ignore[arg-type]


# The body of a schedule that fires at five past, and keeps one of each.
HOURLY = {
    "type": "application/astra-schedule",
    "version": "1.1",
    "name": "hourly",
    "granularity": "hourly",
    "minute": "5",
    "snapshotRetention": "1",
    "backupRetention": "1",
}
