"""What can be wrong with a scenario: where, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from astra.api import problems
from astra.api.problems import ApiProblem, Invalid, Refusal

# What errors call a document that came with the request.
BODY = "body"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``line`` None: nowhere in particular; ``path`` as in a JSON body."""

    source: str
    line: int | None
    path: str
    reason: str

    def __str__(self) -> str:
        return self.at(f"{self.path}: {self.reason}" if self.path else self.reason)

    def at(self, text: str) -> str:
        """Return a text with the place before it: the source, and the line if there is one."""
        line = "" if self.line is None else f":{self.line}"
        return f"{self.source}{line}: {text}"


class ScenarioError(ApiProblem):
    """The document cannot be loaded; ``findings`` says all that was found."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        extra = {"schemaValidationFailure": str(self)}
        fields = [Invalid(each.path or BODY, each.at(each.reason)) for each in self.findings]
        super().__init__(problems.INVALID_SCHEMA, fields=fields, extra=extra)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


class ScenarioConflictError(ScenarioError):
    """The document is good, but something else in the database has its place."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings)
        self.type, self.extra = problems.CONFLICT, {}


class UnknownParameterError(ScenarioError):
    """The document has no parameter of this name."""

    def __init__(self, name: str, finding: Finding) -> None:
        super().__init__([finding])
        self.type, self.fields, self.extra = problems.UNSUPPORTED_QUERY, (), {}
        self.params = [Invalid(name, finding.reason)]


class UnknownScenarioError(Refusal):
    """No scenario has this name."""
