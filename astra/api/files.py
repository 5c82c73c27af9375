"""Files of the data folder that hold secrets."""

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path


def kept_private(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file that only its owner reads; where there is none, one is made.

    Of those who make it at once one wins, and all get what that one made; nobody reads half of it.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        write_private(draft, make() + "\n")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        draft.unlink()
    except OSError:
        # A file system without links; whoever comes last decides.
        draft.replace(path)
    else:
        draft.unlink()
    return path.read_text().strip()


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
