"""The features that every account has. Source: the published example of features."""

import uuid
from collections.abc import Sequence

from astra.accounts.models import Account
from installation import kinds
from installation.models import Feature

FEATURES = {"astra.account.rbac": True, "astra.account.smtp": False}


def features_begin(accounts: Sequence[Account]) -> None:
    """Give accounts the features that they do not have yet."""
    Feature.objects.bulk_create(
        (
            Feature(
                # A setting may have the same name.
                id=uuid.uuid5(account.id, f"feature/{name}"),
                account_id=account.id,
                version=kinds.FEATURE.versions[0],
                name=name,
                is_enabled=is_enabled,
                created_at=account.created_at,
                modified_at=account.created_at,
            )
            for account in accounts
            for name, is_enabled in FEATURES.items()
        ),
        ignore_conflicts=True,
    )
