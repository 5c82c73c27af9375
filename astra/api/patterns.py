"""The patterns and lengths that several resources share; source: the published `type_…` schemas.

They are written in the dialect that Python's ``re`` and PostgreSQL have in common. Match with
``fullmatch``: a trailing newline is part of no name.
"""

import re
import uuid
from functools import lru_cache

UUID_V4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
UUID_V5 = "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
UUID_NIL = "0{8}(-0{4}){3}-0{12}"
IDENTIFIER = f"^({UUID_V4}|{UUID_V5}|{UUID_NIL})$"
DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_LABEL_MAX_LENGTH = 63
DNS_LABEL_WORDS = "Must be a DNS-1123 label: at most 63 of a-z, 0-9 and -, and no - at an end."
TIMESTAMP = (
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]{1,9})?Z$"
)
BASE64 = "^([0-9a-zA-Z+/]{4})*([0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$"
READ_ONLY_LABEL_PREFIX = "astra.netapp.io/labels/read-only/"

_IDENTIFIER = re.compile(IDENTIFIER)
_IDENTIFIER_LENGTH = 36


def parse_identifier(text: str) -> uuid.UUID | None:
    """Return the Astra identifier (lower-case UUID of version 4 or 5, or nil), or None."""
    return _parsed(text) if len(text) == _IDENTIFIER_LENGTH else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if _IDENTIFIER.fullmatch(text) else None
