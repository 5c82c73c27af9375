"""account on the wire. Source: section 11 of `appbackup.md` and the published `account` schemas."""

from datetime import datetime
from typing import Any

from astra.accounts.kinds import ACCOUNT
from astra.accounts.metadata import represent_metadata
from astra.accounts.models import Account
from astra.api.clock import timestamp

MEMBERS = frozenset(
    "type version id name state isEnabled enabledTimestamp accountContact metadata".split()
)


def represent(account: Account, now: datetime) -> dict[str, Any]:
    """Return the JSON of an account; no value, no member."""
    document: dict[str, Any] = {
        "type": ACCOUNT.type,
        "version": account.version,
        "id": str(account.id),
        "name": account.name,
        "state": account.state,
        "isEnabled": str(account.is_enabled).lower(),
    }
    if account.enabled_at:
        document["enabledTimestamp"] = timestamp(account.enabled_at)
    if account.contact:
        document["accountContact"] = account.contact
    document["metadata"] = represent_metadata(account)
    return document
