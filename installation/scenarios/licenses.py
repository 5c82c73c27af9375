"""The section of licences: what a licence file says, from which the file is made."""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.db.models import Model

from astra.api.clock import timestamp
from astra.api.patterns import parse_identifier
from astra.resources.sections import ResourceSection
from astra.scenarios.schema import ref
from astra.scenarios.sections import Item
from installation.actions.licenses import yields
from installation.licences import PRODUCT

SAID = ("licenseProtocol", "productVersion", "productSN", "features", "capacity", "capacity2")
VALID_FOR = timedelta(days=365)


class LicenseSection(ResourceSection):
    """`licenses` of an account, valid for a year unless they say otherwise."""

    needs = ()
    members = (*SAID, "isEvaluation", "validUntilTimestamp")
    further_properties = {
        "cameAlong": {"description": "It came with the installation.", "type": "boolean"},
        "subscriptionID": {"description": "Of what it yields.", **ref("identifier")},
        "entitlementID": {"description": "Of what it yields.", **ref("identifier")},
    }
    # The file itself is for its owner alone.
    unread = ("licenseText",)

    def without_ids(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of an item without its id, and those of what it yields."""
        own = super().without_ids(values)
        return {name: own[name] for name in own if name not in ("subscriptionID", "entitlementID")}

    def build(self, item: Item) -> Sequence[Model]:
        """Return the licence and what it yields."""
        row = self.new_row(item)
        ids = (
            parse_identifier(item.get(f"{name}ID", "")) or item.derived_id(name)
            for name in ("subscription", "entitlement")
        )
        return [row, *yields(row, *ids)]

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the licence, from the file that says what the item does."""
        start = item.created_at or item.now
        said = {
            "product": PRODUCT,
            "isEvaluation": str(item.get("isEvaluation", False)).lower(),
            "validFromTimestamp": timestamp(start),
            "validUntilTimestamp": item.get("validUntilTimestamp", timestamp(start + VALID_FOR)),
            **{name: item.values[name] for name in SAID if name in item.values},
        }
        text = base64.b64encode(orjson.dumps(said)).decode()
        came_along = item.get("cameAlong", False)
        row = super().new_row(item, license_text=text, came_along=came_along, **columns)
        self.complete(item, row)
        return row
