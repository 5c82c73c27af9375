"""Whether an account's setting reaches its directory: then what is in it is shown.

Hooked into the setting `astra.account.ldap`: what names a host that is a directory's becomes valid.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from identity.models import Directory
from installation.actions.settings import current_config
from installation.wellknown import LDAP, is_on, judge_setting


def judge(account_id: uuid.UUID, config: Mapping[str, Any]) -> Sequence[str]:
    """Return why a configuration does not become valid; one that is off always does."""
    if not is_on(config) or _directories(account_id, config).exists():
        return ()
    host = config["connectionHost"][:80]
    return (
        f"The LDAP server {host} cannot be reached." if host else "The LDAP server has no host.",
    )


def reached(account_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the directory that the account's setting names, None while it is off."""
    config = current_config(account_id, LDAP)
    if not is_on(config):
        return None
    directory = _directories(account_id, config).first()
    return None if directory is None else directory.id


def _directories(account_id: uuid.UUID, config: Mapping[str, Any]) -> "QuerySet[Directory]":
    return Directory.objects.filter(account_id=account_id, host=config["connectionHost"])


def hook_in() -> None:
    """Let the directory decide what becomes of the setting."""
    judge_setting(LDAP, judge)
