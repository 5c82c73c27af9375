"""licenses, upgrades and asups: what every resource promises, and which bodies they refuse."""

from typing import Any, ClassVar

from astra.accounts.models import Described
from astra.resources import registry
from tests import world
from tests.contract_writes import Refused
from tests.declared import contract_of
from tests.installation.making import SAID, file_of, make_asup, make_license, make_upgrade


def declared(kind: str) -> Any:
    resource = registry.resource(kind)
    return contract_of(resource, resource.places[0])


_Licenses: Any = declared("license")
_Upgrades: Any = declared("upgrade")
_Asups: Any = declared("asup")

BAD_FILES = {
    "no base64": Refused({"licenseText": "a"}, 8, ["licenseText"]),
    "no JSON": Refused({"licenseText": "aaaa"}, 9, ["licenseText"]),
    "no licence": Refused({"licenseText": "W10="}, 9, ["licenseText"]),
    "no serial number": Refused({"licenseText": file_of(productSN="")}, 9, ["licenseText"]),
    "a capacity that is a number": Refused(
        {"licenseText": file_of(capacity=1)}, 9, ["licenseText"]
    ),
    "a day that does not exist": Refused(
        {"licenseText": file_of(validFromTimestamp="2025-02-30T00:00:00Z")}, 9, ["licenseText"]
    ),
    "an end before the beginning": Refused(
        {"licenseText": file_of(validUntilTimestamp="2024-01-01T00:00:00Z")}, 9, ["licenseText"]
    ),
    "another product": Refused({"licenseText": file_of(product="ONTAP")}, 20, ["licenseText"]),
    "two licences": Refused({"licenseText": file_of(licenses=[{}, {}])}, 169),
}


class TestLicenses(_Licenses):  # type: ignore[misc]
    valid = {"good": {}, "one in a list": {"licenseText": file_of(licenses=[SAID])}}
    invalid = (
        _Licenses.invalid
        | BAD_FILES
        | {
            "another account": Refused({"allocation": str(world.some_id())}, 9, ["allocation"]),
            "one that is over": Refused(
                {"licenseText": file_of(validUntilTimestamp="2025-06-01T00:00:00Z")},
                23,
                ["licenseText"],
            ),
        }
    )
    unacceptable = (
        _Licenses.unacceptable
        | BAD_FILES
        | {"another serial number": Refused({"productSN": "2"}, 10, ["productSN"])}
    )
    replacements: ClassVar[dict[str, Any]] = {"nothing": {}}

    def make(self, **values: Any) -> Described:
        return make_license(self.account, **values)


class TestUpgrades(_Upgrades):  # type: ignore[misc]
    replacements = {"nothing": {}, "what it is": {"stateDesired": "proposed"}}

    def make(self, **values: Any) -> Described:
        return make_upgrade(self.account, **values)


class TestAsups(_Asups):  # type: ignore[misc]
    valid = {
        "good": {"upload": "true"},
        "a window": {
            "dataWindowStart": "2026-01-01T00:00:00Z",
            "dataWindowEnd": "2026-01-02T00:00:00.5Z",
        },
    }
    invalid = _Asups.invalid | {
        "a window that ends before it begins": Refused(
            {
                "dataWindowStart": "2026-01-02T00:00:00Z",
                "dataWindowEnd": "2026-01-01T00:00:00Z",
            },
            9,
            ["dataWindowStart"],
        ),
        "a start too long ago": Refused(
            {"dataWindowStart": "2025-12-28T00:00:00Z"}, 9, ["dataWindowStart"]
        ),
        "a day that does not exist": Refused(
            {"dataWindowEnd": "2026-02-30T00:00:00Z"}, 9, ["dataWindowEnd"]
        ),
        "no instant": Refused({"dataWindowEnd": "yesterday"}, 8, ["dataWindowEnd"]),
        "none with another offset": Refused(
            {"dataWindowEnd": "2026-02-30T00:00:00+01:00"}, 8, ["dataWindowEnd"]
        ),
    }

    def make(self, **values: Any) -> Described:
        return make_asup(self.account, **values)
