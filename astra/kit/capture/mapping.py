"""From answers to the items of a scenario, as the published schema says."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .estate import NIL_ID, Answer, Estate, Item
from .schema import AS_READ, Section, inner_sections, section
from .special import LEFT_OUT, SPECIAL, directories, yielded

# "#!/bin/sh"
NO_SOURCE = "IyEvYmluL3NoCg=="
# What a scenario needs and no answer has, by section and member.
PLACEHOLDERS: Mapping[tuple[str, str], Any] = {("hookSources", "source"): NO_SOURCE}
BY_TYPE: Mapping[str, Any] = {
    "string": "unknown",
    "integer": 0,
    "boolean": False,
    "array": [],
    "object": {},
}


class Mapper:
    """Makes items of what was read; ``filled`` are the places where it had to make something up."""

    def __init__(self, estate: Estate) -> None:
        """Find out what everything is called."""
        self.filled: list[str] = []
        self._estate = estate
        self._names: dict[str, dict[str, str]] = {}

    def account(self) -> Item:
        """Return the item of the account, with all that is in it."""
        item = self._item(section("accounts"), self._estate.account)
        item["directories"] = directories(
            self._estate, lambda name: self._items(section(name), None)
        )
        return item

    def _names_of(self, of: Section) -> Mapping[str, str]:
        """Return what references say of the rows of a section: their names, or ids for want of others."""
        if of.name not in self._names:
            answers = list(self._estate.of(of.name))
            counts = Counter((self._parent(each), each.get(of.key)) for each in answers)
            self._names[of.name] = {
                str(each["id"]): str(
                    each[of.key]
                    if each.get(of.key) and counts[self._parent(each), each[of.key]] == 1
                    else each["id"]
                )
                for each in answers
            }
        return self._names[of.name]

    def _parent(self, answer: Answer) -> str | None:
        return self._estate.parents.get(str(answer["id"]))

    def _item(self, of: Section, answer: Answer) -> Item:
        item: Item = {of.key: answer.get(of.key, answer["id"]), "id": answer["id"]}
        item |= self._said(of, of.properties, answer)
        item |= self._referring(of, answer) | self._described(answer)
        if further := self._said(of, of.further, answer):
            item[AS_READ] = further
        item |= SPECIAL[of.name](self._estate, answer) if of.name in SPECIAL else {}
        item = {name: said for name, said in item.items() if said is not LEFT_OUT}
        for name in (of.key, *of.required):
            if item.get(name) in (None, ""):
                item[name] = self._made_up(of, name, answer)
        for inner in inner_sections(of.name):
            if inner.is_read:
                parent = None if of.name == "accounts" else str(answer["id"])
                # Said even if there are none: what is not said may be made up.
                item[inner.name] = self._items(inner, parent)
        return item

    def _said(self, of: Section, members: Mapping[str, Any], answer: Answer) -> Item:
        """Return the members of an answer as scenarios have them, without values that these lack."""
        said: Item = {}
        for name, schema in members.items():
            if name not in answer:
                continue
            value = _typed(schema, answer[name])
            if value in schema.get("enum", (value,)):
                said[name] = value
            elif name != of.key:
                self.filled.append(
                    f"{_told(of, answer)}: {name} is {value}, which is not simulated"
                )
        return said

    def _referring(self, of: Section, answer: Answer) -> Item:
        """Return the references of an item; one to what is gone is left out."""
        said: Item = {}
        for name, (member, target) in of.references.items():
            identifier = answer.get(member)
            if identifier in (None, "", NIL_ID):
                continue
            names = self._names_of(section(target))
            if identifier in names:
                said[name] = names[identifier]
            else:
                self.filled.append(f"{_told(of, answer)}: {member} names what is gone")
        return said

    def _made_up(self, of: Section, name: str, answer: Answer) -> Any:
        self.filled.append(f"{_told(of, answer)}: {name}")
        schema = of.properties.get(name, {})
        if "enum" in schema:
            return schema["enum"][0]
        return PLACEHOLDERS.get((of.name, name), BY_TYPE[schema.get("type", "string")])

    def _items(self, of: Section, parent: str | None) -> list[Item]:
        return [
            self._item(of, each)
            for each in self._estate.of(of.name, parent)
            if self._is_simulated(of, each) and not yielded(self._estate, of.name, each)
        ]

    def _is_simulated(self, of: Section, answer: Answer) -> bool:
        """Tell whether there can be such an item: some have one of a few names."""
        known = of.properties.get(of.key, {}).get("enum")
        if known is None or answer.get(of.key) in known:
            return True
        self.filled.append(f"{_told(of, answer)}: there is none here")
        return False

    def _described(self, answer: Answer) -> Item:
        metadata = answer.get("metadata", {})
        made, changed = metadata.get("creationTimestamp"), metadata.get("modificationTimestamp")
        described: Item = {}
        if metadata.get("labels"):
            described["labels"] = metadata["labels"]
        if made:
            described["createdAt"] = made
        # What moves through states would else be taken to have done so since.
        if changed and (changed != made or "state" in answer):
            described["modifiedAt"] = changed
        if creator := metadata.get("createdBy"):
            described["createdBy"] = self._names_of(section("users")).get(creator, creator)
        return described


def _told(of: Section, answer: Answer) -> str:
    return f"{of.name} {answer.get(of.key) or answer['id']}"


def _typed(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value of an answer as scenarios write it: flags and numbers are no texts there."""
    kind = schema.get("type")
    if kind == "boolean" and isinstance(value, str):
        return value == "true"
    if kind == "integer" and isinstance(value, str):
        return int(value)
    return value
