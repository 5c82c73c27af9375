"""Apply licences, replace and remove them, with what they entitle an account to."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.problems import ApiProblem, refusal
from astra.resources import registry
from astra.resources.actions import refusing_taken, replace_members
from installation import kinds
from installation.licences import (
    CAME_ALONG,
    EVALUATION_BLOCKED,
    EXPIRED,
    REPLACEMENT_BLOCKED,
)
from installation.models import Entitlement, License, Subscription
from installation.models.licensing import Marketplace, Terms


def license_create(*, caller: Caller, body: Mapping[str, Any]) -> License:
    """Apply a licence from a validated body; it yields a subscription and an entitlement.

    Raises 9, 20 and 169 (the file), 23 (expired), 21 and 22 (an evaluation beside another licence), 10
    (an account that is not the caller's, a licence that is there, a read-only label).
    """
    resource = registry.resource(kinds.LICENSE.name)
    with transaction.atomic():
        row = License(**stamps(caller, body))
        resource.members.apply(row, body)
        resource.complete(row, row.created_at)
        _refuse(row)
        with refusing_taken(resource.taken):
            row.save(force_insert=True)
        for yielded in yields(row, caller.dice.new_id(), caller.dice.new_id()):
            yielded.save(force_insert=True)
    return row


def _refuse(row: License) -> None:
    if row.valid_until <= row.created_at:
        raise refusal(EXPIRED, "licenseText", "The licence is over.")
    if not row.is_evaluation:
        return
    others = License.objects.filter(account_id=row.account_id).exclude(product_sn=row.product_sn)
    if others.filter(is_evaluation=False).exists():
        raise ApiProblem(EVALUATION_BLOCKED)
    if others.exists():
        raise refusal(REPLACEMENT_BLOCKED, "licenseText", "Another evaluation licence is applied.")


def yields(
    row: License, subscription_id: uuid.UUID, entitlement_id: uuid.UUID
) -> tuple[Subscription, Entitlement]:
    """Return what a licence yields."""
    described: dict[str, Any] = {
        "account_id": row.account_id,
        "created_at": row.created_at,
        "modified_at": row.created_at,
        "created_by": row.created_by,
    }
    subscription = Subscription(
        id=subscription_id,
        version=kinds.SUBSCRIPTION.versions[0],
        license=row,
        license_sn=row.product_sn[:31],
        marketplace=Marketplace.NETAPP,
        terms=Terms.TRIAL if row.is_evaluation else Terms.PAID,
        **described,
    )
    registry.resource(kinds.SUBSCRIPTION.name).complete(subscription, row.created_at)
    entitlement = Entitlement(
        id=entitlement_id,
        version=kinds.ENTITLEMENT.versions[0],
        source_license=row,
        entitlement_type="capacity",
        **described,
        **_entitled(row),
    )
    return subscription, entitlement


def _entitled(row: License) -> dict[str, Any]:
    return {
        "product": row.product,
        "product_version": row.product_version,
        "entitlement_value": row.capacity,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }


def license_replace(*, caller: Caller, row: License, body: Mapping[str, Any]) -> None:
    """Change a locked licence from a validated body, and what it entitles to."""
    replace_members(registry.resource(kinds.LICENSE.name), caller=caller, row=row, body=body)
    Entitlement.objects.filter(source_license=row).update(**_entitled(row))


def refuse_came_along(row: License) -> None:
    """Raise problem 163 for the evaluation licence that came with the installation."""
    if row.came_along and row.is_evaluation:
        raise ApiProblem(CAME_ALONG)
