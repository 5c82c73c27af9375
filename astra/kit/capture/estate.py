"""What was read of an account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

NIL_ID = "00000000-0000-0000-0000-000000000000"
Answer: TypeAlias = Mapping[str, Any]
Item: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Estate:
    """What was read of an account: the answers of each section, by the ids of what they are in."""

    account: Answer
    read: dict[str, list[Answer]] = field(default_factory=dict)
    # The id of the parent, by that of what is in it.
    parents: dict[str, str] = field(default_factory=dict)
    # Who is in a group of the account, by its id: the distinguished names.
    inside: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, answers: list[Answer], parent: str | None) -> None:
        """Add the answers of one collection."""
        self.read.setdefault(name, []).extend(answers)
        if parent is not None:
            self.parents.update({str(each["id"]): parent for each in answers})

    def of(self, name: str, parent: str | None = None) -> Iterator[Answer]:
        """Yield what was read of a section, in a parent if one is named."""
        for each in self.read.get(name, ()):
            if parent is None or self.parents.get(str(each["id"])) == parent:
                yield each
