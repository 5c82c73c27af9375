"""A licence file: what it says. No signature is verified.

Real ones are NetApp's own; here a file is JSON, in base64, that says by the API's names what the
licence shows, by itself or as the only element of `licenses`.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from astra.api.media import parse_json
from astra.api.problems import CATALOGUE, INVALID_FIELDS, ApiProblem, refusal
from astra.api.quantities import parse_instant
from installation.models.licensing import TEXT_MAX_LENGTH, License

UNSUPPORTED_TYPE = CATALOGUE[20]
EVALUATION_BLOCKED = CATALOGUE[21]
REPLACEMENT_BLOCKED = CATALOGUE[22]
EXPIRED = CATALOGUE[23]
CAME_ALONG = CATALOGUE[163]
SEVERAL = CATALOGUE[169]

PRODUCT = "Astra Control Center"
# The columns of texts, by the name in the file; what has a default here may be left out.
_TEXTS = {
    "licenseProtocol": ("license_protocol", "ASTRA-ENT-SUBS"),
    "product": ("product", None),
    "productVersion": ("product_version", "1.0"),
    "productSN": ("product_sn", None),
    "features": ("features", "ASTRA-ENT-STD"),
    "capacity": ("capacity", "0"),
    "capacity2": ("capacity2", "0"),
}
_INSTANTS = {"validFromTimestamp": "valid_from", "validUntilTimestamp": "valid_until"}
COLUMNS = (*(column for column, _ in _TEXTS.values()), *_INSTANTS.values(), "is_evaluation")


@dataclass(frozen=True)
class LicenceFile:
    """The columns of a licence, as its file has them."""

    columns: Mapping[str, str | bool | datetime]


def licence_file(text: str) -> LicenceFile:
    """Return what a licence file in base64 says.

    Raises problem 9 for what is no licence, 169 for several, 20 for that of another product.
    """
    said = _document(text)
    columns: dict[str, Any] = {}
    for name, (column, default) in _TEXTS.items():
        value = said.get(name, default)
        if not isinstance(value, str) or not value or len(value) > TEXT_MAX_LENGTH or "\0" in value:
            raise refusal(INVALID_FIELDS, "licenseText", f"The licence has no good {name}.")
        columns[column] = value
    for name, column in _INSTANTS.items():
        try:
            columns[column] = parse_instant(said[name])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise refusal(
                INVALID_FIELDS, "licenseText", f"The licence has no good {name}."
            ) from error
    if columns["valid_until"] <= columns["valid_from"]:
        raise refusal(INVALID_FIELDS, "licenseText", "The licence ends before it begins.")
    if columns["product"] != PRODUCT:
        raise refusal(UNSUPPORTED_TYPE, "licenseText", f"The licence is not for {PRODUCT}.")
    return LicenceFile({**columns, "is_evaluation": said.get("isEvaluation") == "true"})


def _document(text: str) -> Mapping[str, Any]:
    try:
        said = parse_json(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, ApiProblem) as error:
        raise refusal(INVALID_FIELDS, "licenseText", "Must be a licence file in base64.") from error
    if isinstance(said, dict) and isinstance(said.get("licenses"), list):
        if len(said["licenses"]) > 1:
            raise ApiProblem(SEVERAL)
        said = next(iter(said["licenses"]), None)
    if not isinstance(said, dict):
        raise refusal(INVALID_FIELDS, "licenseText", "Must be a licence file in base64.")
    return said


def apply_file(row: License) -> None:
    """Set on a licence what its file says; raises as ``licence_file``."""
    for column, value in licence_file(row.license_text).columns.items():
        setattr(row, column, value)
