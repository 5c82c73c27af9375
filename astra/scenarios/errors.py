"""What can be wrong with a scenario: where, and why."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``line`` None: nowhere in particular; ``path`` as in a JSON body."""

    source: str
    line: int | None
    path: str
    reason: str

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.path}: {self.reason}" if self.path else f"{place}: {self.reason}"


class ScenarioError(Exception):
    """The document cannot be loaded; ``findings`` says all that was found."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


class ScenarioConflictError(ScenarioError):
    """The document is good, but something else in the database has its place."""


class UnknownParameterError(ScenarioError):
    """The document has no parameter of this name."""

    def __init__(self, name: str, finding: Finding) -> None:
        super().__init__([finding])
        self.name = name


class UnknownScenarioError(Exception):
    """No scenario has this name."""
