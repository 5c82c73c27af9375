"""Whether the rows of an account, as a checkpoint has them, are ones that the API could have made."""

import copy
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from astra.accounts.belongings import belonging
from astra.accounts.models import Account
from astra.api.problems import ApiProblem
from astra.engine.stages import Column
from astra.resources import registry
from astra.resources.resource import Resource

_AT_ONCE = 2000


def impossible_rows(account_id: uuid.UUID) -> Iterator[str]:
    """Yield what breaks the rules of its resource: as it is, and as its stages will make it."""
    now = Account.objects.get(id=account_id).now()
    for resource in registry.resources():
        if not resource.model._meta.managed:
            continue
        item = belonging(resource.model._meta.label_lower)
        rows = resource.model._default_manager.filter(**{item.column: account_id})
        if registry.resource_of(resource.model) is not resource:
            # Another view of the same rows knows only those that are there.
            rows = rows.filter(**resource.there)
        for row in rows.order_by().iterator(chunk_size=_AT_ONCE):
            if (reason := _why_impossible(resource, row, now)) is not None:
                yield f"{item.label} {row.pk}: {reason}"


def _why_impossible(resource: Resource, row: Any, now: datetime) -> str | None:
    try:
        for each in _lives(resource, row):
            resource.members.shape.parse(resource.members.represent(each, now))
        resource.complete(copy.copy(row), now)
    except ApiProblem as problem:
        return str(problem)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _lives(resource: Resource, row: Any) -> Iterator[Any]:
    """Yield the row as it is, and as it will be when its stages have set what they set."""
    yield row
    if resource.lifecycle is None:
        return
    end = copy.copy(row)
    for stage in resource.lifecycle.stages:
        for column, value in stage.sets.items():
            setattr(end, column, getattr(row, value.name) if isinstance(value, Column) else value)
    yield end
