"""What a resource without actions of its own does when it is created, replaced and deleted.

Each is one transaction. A resource's own ``create(caller=…, body=…, **parent_ids)`` returns the new
row, its ``replace(caller=…, row=…, body=…)`` changes a locked row, its ``delete(row, now)`` deletes a
locked one at the account's instant, which its history tells afterwards.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.api import problems
from astra.api.problems import ApiProblem, refusal
from astra.engine.models import record_deletion
from astra.engine.plan import begin_history, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from astra.resources.places import is_key, relation
from astra.resources.resource import Resource, Taken


def create_row(
    resource: Resource,
    *,
    caller: Caller,
    body: Mapping[str, Any],
    parent_ids: Mapping[str, uuid.UUID] | None = None,
    fate: Fate | None = None,
) -> Any:
    """Create a row from a validated body, below the parents that ``parent_ids`` name by placeholder.

    ``fate``: how a row that moves through stages is to end, by default well. Raises problem 2 for a
    parent that is not there, 10 for a read-only label, a reference's own problem, and what the
    resource's ``may_create``, ``complete`` and ``taken`` say.
    """
    parent_ids = parent_ids or {}
    if resource.create is not None:
        options = {} if fate is None else {"fate": fate}
        return resource.create(caller=caller, body=body, **parent_ids, **options)
    resource.may_create(caller)
    with transaction.atomic():
        stamped = stamps(caller, body, any_label=resource.takes_any_label)
        parents = _parents(resource, caller, parent_ids)
        keys = {name: parents.pop(name) for name in list(parents) if is_key(resource.model, name)}
        row: Any = resource.model(**stamped, **keys)
        if resource.lifecycle is not None:
            row.state = resource.lifecycle.initial
        resource.members.apply(row, body)
        resource.complete(row, row.created_at)
        resource.may_insert(row)
        find_references(resource, caller, body)
        if resource.lifecycle is not None:
            usual = Fate(resource.lifecycle.success)
            if fate is None and resource.ready_at_once(row):
                row.state = usual.outcome
            plan_new(resource.lifecycle, row, fate or usual, caller)
        with refusing_taken(resource.taken):
            row.save(force_insert=True)
            for name, parent in parents.items():
                getattr(row, name).add(parent, through_defaults={"account_id": row.account_id})
        if resource.lifecycle is not None:
            begin_history(resource.lifecycle, row)
        resource.created(row)
    return row


def replace_row(resource: Resource, *, caller: Caller, row: Any, body: Mapping[str, Any]) -> None:
    """Change a locked row from a validated body; what is absent is kept. Raises as ``create_row``."""
    if resource.replace is not None:
        resource.replace(caller=caller, row=row, body=body)
    else:
        replace_members(resource, caller=caller, row=row, body=body)


def replace_members(
    resource: Resource, *, caller: Caller, row: Any, body: Mapping[str, Any]
) -> None:
    """Change what the members of a body say of a locked row. Raises as ``create_row``."""
    changes = {name: body[name] for name in body if name in resource.members.mutable}
    named = {member.name: member.written(row, row.modified_at) for member in resource.references}
    columns = restamp(row, caller, body, any_label=resource.takes_any_label)
    columns += resource.members.apply(row, changes)
    columns += resource.complete(row, row.modified_at)
    # What it names already may have gone since.
    given = {name: body.get(name) for name in named if str(body.get(name)) != named[name]}
    find_references(resource, caller, given)
    with refusing_taken(resource.taken):
        row.save(update_fields=columns)


def change_row(
    resource: Resource, *, caller: Caller, identifier: uuid.UUID, body: Mapping[str, Any]
) -> Any:
    """Lock a row that is there and change it; return it. Raises as ``replace_row``, and its guard."""
    with transaction.atomic(), resource.guarding(caller) as guard:
        row = resource.rows().select_for_update().get(id=identifier)
        guard.replace(row, body)
        replace_row(resource, caller=caller, row=row, body=body)
    return row


def delete_row(resource: Resource, rows: QuerySet[Any], *, caller: Caller) -> bool:
    """Delete the one row that the query finds; return whether there was one.

    Raises the resource's ``in_use`` while anything refers to the row, and what ``may_delete`` and the
    guard say.
    """
    if resource.goes_at_once:
        return bool(rows.delete()[0])
    with transaction.atomic(), resource.guarding(caller) as guard:
        # FOR UPDATE also waits for creates that are about to refer to the row.
        row = rows.select_for_update(of=("self",)).first()
        if row is None:
            return False
        refuse_used(resource, row)
        resource.may_delete(row)
        guard.delete(row)
        if resource.begin_delete is not None:
            resource.begin_delete(caller=caller, row=row)
            return True
        for other, member in resource.losers:
            assert member.to is not None
            assert member.to.lost is not None
            naming: Any = other.rows().filter(account_id=row.account_id)
            member.to.lost(naming.filter(**{member.column: row.pk}), caller)
        if resource.delete is None and resource.lifecycle is None:
            # Nothing tells the instant of it.
            row.delete()
            return True
        # Looked at only now: while the row was waited for, a manual clock may have been moved.
        now = row.account.now()
        if resource.delete is not None:
            resource.delete(row, now)
        if resource.lifecycle is not None:
            record_deletion(resource.lifecycle.kind, row, now)
        if resource.delete is None:
            row.delete()
    return True


@contextmanager
def refusing_taken(every: Iterable[Taken]) -> Iterator[None]:
    """Raise the problem that is said for what a named constraint refuses within."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for taken in every:
            if taken.constraint in str(error):
                raise ApiProblem(taken.problem, fields=taken.fields) from error
        raise


def refuse_used(resource: Resource, row: Model) -> None:
    """Raise the resource's ``in_use`` if a foreign key of any other resource has the row."""
    for each in row._meta.related_objects if resource.in_use_by else ():
        related = registry.resource_of(each.related_model)
        problem = resource.in_use_by.get(
            related.kind.name if related else "", resource.in_use_by.get("")
        )
        users = each.related_model._default_manager.filter(**{each.field.name: row})
        if problem is not None and users.exists():
            raise ApiProblem(problem)


def delete_with_parts(row: Model) -> None:
    """Delete a row and what refers to it, down to what nothing refers to."""
    for each in row._meta.related_objects:
        # The rows of a view go with those that they are read from.
        if not (getattr(each.field, "db_constraint", True) and each.related_model._meta.managed):
            continue
        parts = each.related_model._default_manager.filter(**{each.field.name: row})
        if each.related_model._meta.related_objects:
            for part in parts:
                delete_with_parts(part)
        parts.delete()
    # The row itself is looked at afterwards.
    type(row)._default_manager.filter(pk=row.pk).delete()


def _parents(
    resource: Resource, caller: Caller, parent_ids: Mapping[str, uuid.UUID]
) -> dict[str, Any]:
    """Return what a row is below, by its relation. Raises problem 2 for what is not there."""
    found = {}
    for name, identifier in parent_ids.items():
        parent = registry.resource(name.removesuffix("_id"))
        row = parent.by_key(identifier, caller.account_id).first()
        if row is None:
            raise ApiProblem(problems.COLLECTION_NOT_FOUND)
        found[relation(resource.model, parent.model)] = row
    return found


def find_references(resource: Resource, caller: Caller, body: Mapping[str, Any]) -> None:
    """Raise the problem of the first reference of a body that names nothing of the account."""
    """Raise a reference's own problem for what a body names and the account does not have."""
    for member in resource.references:
        to, wanted = member.to, body.get(member.name)
        if to is None or wanted is None:
            continue
        if not registry.resource(to.kind).by_key(wanted, caller.account_id).exists():
            raise refusal(to.problem, member.name, to.reason)
