"""What the account's fault rules decide of a backup or snapshot that a call makes."""

import uuid
from collections.abc import Callable

from astra.accounts.callers import Caller
from astra.api.resources import ResourceKind
from astra.faults.effects.base import Fates
from astra.faults.fates import fate_rules
from backups.faults.criteria import creation_in_app


def fates_by_rules(
    caller: Caller,
    kind: ResourceKind,
    app_id: uuid.UUID,
    *,
    name: str | None,
    bucket_id: Callable[[], uuid.UUID | None],
) -> Fates:
    """Return the fates; a rule that counts has counted this one. Within the creation's transaction."""
    with fate_rules(caller.account_id) as rules:
        return rules.choose(
            creation_in_app(
                f"{kind.name}.create",
                app_id=app_id,
                name=name,
                bucket_id=bucket_id,
                now=rules.account.now(),
                path=f"/accounts/{caller.account_id}/k8s/v1/apps/{app_id}/{kind.plural}",
            )
        )
