"""What a client knows of what it did: what it was told is so, and what it was never told."""

import json
from dataclasses import dataclass, field
from typing import Any, TextIO

KINDS = ("appBackup", "appSnap")


@dataclass
class Rows:
    """The rows of one kind that a client made, by id, with the name that it chose for each."""

    there: dict[str, str] = field(default_factory=dict)
    # The ids of all that the account's history knows.
    made: set[str] = field(default_factory=set)
    # Asked for, and never answered: names of creates, ids of deletes.
    doubtful_names: set[str] = field(default_factory=set)
    doubtful_ids: set[str] = field(default_factory=set)

    def learn(self, found: dict[str, str]) -> list[str]:
        """Take what is in the database for what is so, once nobody acts; return what cannot be."""
        faults = [
            f"{self.there[each]} ({each}) was acknowledged and is not there"
            for each in self.there.keys() - found.keys() - self.doubtful_ids
        ]
        faults += [
            f"{name} ({each}) is there and was never made, or was deleted"
            for each, name in found.items()
            if each not in self.there and name not in self.doubtful_names
        ]
        self.made |= found.keys()
        self.there = dict(found)
        self.doubtful_names.clear()
        self.doubtful_ids.clear()
        return faults

    def copy(self) -> "Rows":
        return Rows(dict(self.there), set(self.made))


@dataclass
class Ledger:
    """The book that one client keeps, written down as it goes."""

    client: str
    log: TextIO
    rows: dict[str, Rows] = field(default_factory=lambda: {kind: Rows() for kind in KINDS})
    # The name of a checkpoint, and what was so when it was saved.
    checkpoint: tuple[str, dict[str, Rows]] | None = None
    # A restore was asked for, and never answered: it may be so that all is as it was then.
    is_restore_doubtful: bool = False
    faults: list[str] = field(default_factory=list)

    def note(self, **what: Any) -> None:
        self.log.write(json.dumps({"client": self.client, **what}) + "\n")

    def saved(self, name: str) -> None:
        self.checkpoint = name, {kind: rows.copy() for kind, rows in self.rows.items()}

    def restored(self) -> None:
        """Have all be so again as it was; on a still clock, ids that were drawn since come again."""
        assert self.checkpoint is not None
        self.rows = {kind: rows.copy() for kind, rows in self.checkpoint[1].items()}

    def learn(self, found: dict[str, dict[str, str]], known: dict[str, set[str]]) -> None:
        """Compare with the rows in the database, by kind and id; nobody acts meanwhile.

        ``known``: the ids in the account's history, by kind.
        """
        if self.is_restore_doubtful and self.checkpoint is not None:
            before = {kind: rows.there for kind, rows in self.rows.items()}
            if found != before:
                self.restored()
        self.is_restore_doubtful = False
        for kind, rows in self.rows.items():
            self.faults += rows.learn(found[kind])
            rows.made &= known[kind]
