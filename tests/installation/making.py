"""Licences, bundles and upgrades, made directly."""

import base64
import json
from typing import Any

from astra.accounts.models import Account
from installation import kinds
from installation.licences import PRODUCT, apply_file
from installation.models import Asup, Entitlement, License, Package, Subscription, Upgrade
from tests import world

SAID = {
    "product": PRODUCT,
    "productSN": "1",
    "capacity": "4000",
    "validFromTimestamp": "2025-01-01T00:00:00Z",
    "validUntilTimestamp": "2027-01-01T00:00:00Z",
}


def file_of(**said: Any) -> str:
    """A licence file, in base64."""
    return base64.b64encode(json.dumps({**SAID, **said}).encode()).decode()


def make_license(account: Account, **values: Any) -> License:
    text = file_of(productSN=str(world.some_id()))
    row = License(account=account, version="1.0", license_text=text, **(world.AWAKE | values))
    apply_file(row)
    row.save(force_insert=True)
    return row


def make_asup(account: Account, **values: Any) -> Asup:
    """A bundle that is being made."""
    window = {
        "data_window_start": "2026-01-04T12:00:00Z",
        "data_window_end": "2026-01-05T12:00:00Z",
    }
    return Asup.objects.create(
        account=account, version="1.0", **(world.AWAKE | window | {"state": "running"} | values)
    )


def make_upgrade(account: Account, **values: Any) -> Upgrade:
    defaults: dict[str, Any] = {
        "version": kinds.UPGRADE.versions[0],
        "component_name": "acc",
        "component_instance": "/accounts",
        "component_id": world.some_id(),
        "upgrade_version": "24.02.0",
        "current_version": "23.10.0",
        "state": "proposed",
        "state_desired": "proposed",
        "transition_count": 1,
        **world.AWAKE,
    }
    return Upgrade.objects.create(account=account, **(defaults | values))


def make_each(account: Account) -> None:
    """One more of each of what an account has besides settings and features."""
    licence = make_license(account)
    described = {"account": account, "version": "1.0", **world.AWAKE}
    Subscription.objects.create(terms="paid", **described)
    Entitlement.objects.create(
        source_license=licence, entitlement_type="capacity", entitlement_value="1", **described
    )
    make_asup(account)
    make_upgrade(account)
    Package.objects.create(
        package_name="acc",
        package_version=str(world.some_id()),
        package_type="patch",
        severity_level="critical",
        **described,
    )
