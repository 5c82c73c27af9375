"""Files of the data folder that hold secrets."""

import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file that only its owner reads; a reader sees the old text or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file is closed to others from the start.
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        os.fchmod(draft.fileno(), mode)
    Path(draft.name).replace(path)
