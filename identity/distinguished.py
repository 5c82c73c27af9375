"""Distinguished names: the text form of RFC 4514, as far as groups and directories need it."""

import re

# Up to a comma that is not escaped.
_PART = re.compile(r"(?:[^,\\]|\\.)+", re.DOTALL)


def common_name(name: str) -> str | None:
    """Return the first common name in a distinguished name, None if it has none."""
    for part in _PART.findall(name):
        kind, _, value = part.partition("=")
        if kind.strip().lower() == "cn" and value.strip():
            return re.sub(r"\\(.)", r"\1", value.strip())
    return None
