"""What can go wrong between the kit and the service."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class SimulatorError(Exception):
    """Anything that the kit raises on purpose; the text is one line for people."""


class UnreachableError(SimulatorError):
    """No answer came: nothing listens there, the connection broke, or it took too long."""


class ServiceError(SimulatorError):
    """The service could not be found, did not start, or did not get ready in time."""


@contextmanager
def telling_of(file: Path | str) -> Iterator[None]:
    """Raise what the system refuses of a file within as a `ServiceError`."""
    try:
        yield
    except OSError as error:
        raise ServiceError(f"{file}: {(error.strerror or str(error)).lower()}") from error


class ProblemError(SimulatorError):
    """The service refused; ``document`` is its problem document, as it came."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        """Keep the status and the document; a body that is no problem document is an empty one."""
        self.status = status
        self.document = document
        super().__init__(self._line())

    @property
    def number(self) -> int | None:
        """The problem's number in the catalogue, None where it has none."""
        tail = str(self.document.get("type", "")).rpartition("/")[2]
        return int(tail) if tail.isdecimal() else None

    @property
    def invalid(self) -> dict[str, str]:
        """The reason for each field or parameter that was refused, by its path."""
        items = [*self.document.get("invalidFields", []), *self.document.get("invalidParams", [])]
        return {str(item.get("name")): str(item.get("reason")) for item in items}

    def _line(self) -> str:
        """Return what is said for people: of what is missing, the service's own words."""
        problem = f" (problem {self.number})" if self.number is not None else ""
        said = [str(self.document.get("title") or "the answer has no problem document")]
        if self.invalid:
            said += [f"{name}: {reason}" for name, reason in self.invalid.items()]
        elif self.document.get("detail"):
            said = [*(said if self.status != 404 else ()), str(self.document["detail"])]
        return f"{self.status}{problem}: {' – '.join(said)}"
