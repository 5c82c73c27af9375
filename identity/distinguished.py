"""Distinguished names: the text form of RFC 4514, as far as groups and directories need it."""

import re
from collections.abc import Iterator


def common_name(name: str) -> str | None:
    """Return the first common name in a distinguished name, None if it has none."""
    for part in _parts(name):
        kind, _, value = part.partition("=")
        if kind.strip().lower() == "cn" and value.strip():
            return re.sub(r"\\(.)", r"\1", value.strip())
    return None


def _parts(name: str) -> Iterator[str]:
    """Yield what stands between the commas that are not escaped."""
    part, is_escaped = "", False
    for character in name:
        if character == "," and not is_escaped:
            yield part
            part = ""
            continue
        part += character
        is_escaped = character == "\\" and not is_escaped
    yield part
