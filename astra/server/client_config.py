"""`var/config.yaml`: how a client gets in, in the format of the API's command-line client."""

from pathlib import Path
from typing import Any

import yaml
from django.db.models import Exists, OuterRef, QuerySet

from astra.accounts.callers import caller_of
from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, AccountState, Role, User, UserState
from astra.accounts.tokens import issue_token
from astra.api.files import write_private
from astra.api.options import Options
from astra.api.problems import ApiProblem
from astra.server.addresses import listeners
from backups.lifecycle import READY
from backups.models.apps import App

FILE_NAME = "config.yaml"
_SCHEME = "Bearer "


def ensure_client_config(options: Options, *, address: str | None = None) -> dict[str, Any] | None:
    """Write the file, or bring it up to date; return what it says, None without an account.

    ``address``: host and port by which clients come in, else what the options say. The clear text of a
    token is known only when it is made, so the file is its only copy: while its token is good, it is
    kept.
    """
    path = options.data_dir / FILE_NAME
    access = _kept_access(path) or _new_access()
    if access is None:
        return None
    uid, token = access
    config = {
        "headers": {"Authorization": f"{_SCHEME}{token}"},
        "uid": uid,
        "astra_project": address or listeners(options)[1].authority,
        "verifySSL": False,
    }
    text = yaml.safe_dump(config, sort_keys=False)
    if not path.exists() or path.read_text() != text:
        write_private(path, text)
    return config


def served_address(options: Options) -> str | None:
    """Return the host and port that the service wrote into the file, None before its first start."""
    try:
        return str(yaml.safe_load((options.data_dir / FILE_NAME).read_text())["astra_project"])
    except (FileNotFoundError, yaml.YAMLError, TypeError, KeyError):
        return None


def token_of(config: dict[str, Any]) -> str:
    """Return the bearer token that a client configuration holds."""
    return str(config["headers"]["Authorization"]).removeprefix(_SCHEME)


def ready_apps() -> QuerySet[App]:
    """Return the apps that a backup can be made of, oldest first."""
    return App.objects.filter(state=READY, deleted_at=None).order_by("created_at", "id")


def _kept_access(path: Path) -> tuple[str, str] | None:
    """Return the account id and the token that the file holds, if they still open the door."""
    try:
        config = yaml.safe_load(path.read_text())
        uid, token = str(config["uid"]), token_of(config)
        caller = caller_of(token)
    except (FileNotFoundError, yaml.YAMLError, TypeError, KeyError, ApiProblem):
        return None
    is_good = caller.role is Role.OWNER and str(caller.account_id) == uid
    return (uid, token) if is_good else None


def _new_access() -> tuple[str, str] | None:
    """Return the id of the account to work with and a new token of its owner.

    That account is the oldest in real time that has an owner, with a ready app if there is one.
    """
    owners = User.objects.filter(
        rolebinding__role=Role.OWNER, state=UserState.ACTIVE, is_enabled=True
    ).order_by("created_at", "id")
    account = (
        Account.objects.filter(
            Exists(owners.filter(account=OuterRef("id"))),
            clock_mode=ClockMode.REAL,
            state=AccountState.ACTIVE,
            is_enabled=True,
        )
        .order_by(Exists(ready_apps().filter(account=OuterRef("id"))).desc(), "created_at", "id")
        .first()
    )
    if account is None:
        return None
    owner = owners.filter(account=account)[0]
    _, token = issue_token(user=owner, name=FILE_NAME)
    return str(account.id), token
