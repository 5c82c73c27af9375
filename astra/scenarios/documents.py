"""Scenario documents: YAML (and JSON, which is YAML) read so that every value knows its line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
import yaml

from astra.scenarios.errors import Finding, ScenarioError, UnknownParameterError

Path: TypeAlias = "tuple[str | int, ...]"

# An alias is written once and read many times; a document may not grow beyond this. A text counts
# once more for each so many characters.
MAX_NODES = 200_000
_CHARACTERS_OF_A_NODE = 100
# More than any scenario has. The library reads what is nested by recursion, in C: too deep a document
# would end the process.
MAX_DEPTH = 50
# No number that can be stored takes more characters; some notations take the square of them to read.
_LONGEST_NUMBER = 64
_MOST = 2**63

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEAN = "tag:yaml.org,2002:bool"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


class _Loader(_Base):  # type: ignore[misc]
    """YAML 1.1 without its surprises: `off` is a string, and so is an instant."""

    yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag != _TIMESTAMP and not (tag == _BOOLEAN and first not in "tTfF")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True)
class Source:
    """A scenario as it comes: YAML or JSON text, or parsed data. Errors call it by the name."""

    name: str
    text: str | bytes | Mapping[str, Any]


@dataclass(slots=True)
class Document:
    """A parsed scenario. ``source`` names it in errors: a file, a scenario's name or `body`."""

    source: str
    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)

    def finding(self, path: Path, reason: str) -> Finding:
        """Return what is wrong at a path, with the line of it or of what contains it."""
        place = path
        while place and place not in self.lines:
            place = place[:-1]
        return Finding(self.source, self.lines.get(place), path_text(path), reason)

    def error(self, path: Path, reason: str) -> ScenarioError:
        """Return the error that says what is wrong at a path."""
        return ScenarioError([self.finding(path, reason)])


def path_text(path: Path) -> str:
    """Write a path as `accounts[0].users[1].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def parse_document(given: Source) -> Document:
    """Return the document. Raises ``ScenarioError`` with the line where it is no YAML."""
    source, text = given.name, given.text
    if isinstance(text, Mapping):
        # Written out, so that it is a copy and has lines like any other.
        text = orjson.dumps(text, option=orjson.OPT_INDENT_2)
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _failure(source, None, "The document is not UTF-8.") from error
    try:
        if (line := line_beyond(text, MAX_DEPTH)) is not None:
            raise _too_deep(source, line)
        reading = _Reading(source, _Loader(text))
        return Document(source, reading.data, reading.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"{error.problem or error.context}."
        raise _failure(source, mark.line + 1 if mark else None, reason) from error
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise _failure(source, line, f"{error.reason}.") from error


def line_beyond(text: str | bytes, most: int) -> int | None:
    """Return the line in which YAML is nested deeper than ``most``, None if nowhere.

    It reads no further than that. Raises ``yaml.YAMLError``.
    """
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > most:
            return int(event.start_mark.line) + 1
    return None


def _too_deep(source: str, line: int) -> ScenarioError:
    return _failure(source, line, "The document is nested too deeply.")


def _failure(source: str, line: int | None, reason: str) -> ScenarioError:
    return ScenarioError([Finding(source, line, "", reason)])


class _Reading:
    """Turns YAML's nodes into plain data, noting the line of each."""

    def __init__(self, source: str, loader: Any) -> None:
        self.lines: dict[Path, int] = {}
        self._source = source
        self._loader = loader
        self._count = 0
        try:
            node = loader.get_single_node()
            self.data = None if node is None else self._read(node, ())
        finally:
            loader.dispose()

    def _read(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._count_in(node, line)
        # An alias nests deeper than what is written.
        if len(path) > MAX_DEPTH:
            raise _too_deep(self._source, line)
        if isinstance(node, yaml.MappingNode):
            return {
                name: self._read(value, (*path, name)) for name, value in self._members(node, path)
            }
        if isinstance(node, yaml.SequenceNode):
            return [self._read(value, (*path, index)) for index, value in enumerate(node.value)]
        try:
            if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
                raise ValueError(f"A number of {len(node.value)} characters is none to count with")
            return _storable(self._loader.construct_object(node))
        except ValueError as error:
            raise _failure(self._source, line, f"{error}.") from error

    def _count_in(self, node: yaml.Node, line: int) -> None:
        length = len(node.value) if isinstance(node, yaml.ScalarNode) else 0
        self._count += 1 + length // _CHARACTERS_OF_A_NODE
        if self._count > MAX_NODES:
            raise _failure(self._source, line, f"There are more than {MAX_NODES} values.")

    def _members(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, yaml.Node]]:
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            self._count_in(key, line)
            name = key.value
            if not isinstance(name, str):
                raise _failure(self._source, line, "A member's name must be a string.")
            if name in seen:
                raise _failure(self._source, line, f"The member {name} is there twice.")
            seen.add(name)
            self.lines[(*path, name)] = line
            yield name, value


def _storable(value: Any) -> Any:
    """Return a scalar that a database can store; raises ``ValueError`` for another."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL is part of no text")
        value.encode()
    elif isinstance(value, int | float) and not -_MOST < value < _MOST:
        raise ValueError(f"{value} is no number to count with")
    elif not isinstance(value, bool | int | float | None):
        raise ValueError(f"{type(value).__name__} is no type of JSON")
    return value


def parameter_number(text: str) -> float:
    """Return the number that somebody writes for a parameter. Raises ``ValueError`` for no number."""
    try:
        number: float = int(text)
    except ValueError:
        number = float(text)
        number = int(number) if number.is_integer() else number
    _storable(number)
    return number


def substitute(document: Document, overrides: Mapping[str, float]) -> Document:
    """Return the document with every `$name` replaced by the parameter of that name.

    ``overrides`` replace the document's own `parameters`. Raises ``ScenarioError`` for a name that
    the document does not have.
    """
    declared = document.data.get("parameters") if isinstance(document.data, Mapping) else None
    values = dict(declared) if isinstance(declared, Mapping) else {}
    unknown = [name for name in overrides if name not in values]
    if unknown:
        known = ", ".join(values) or "none"
        reason = f"No parameter is called {unknown[0]}; there are: {known}."
        raise UnknownParameterError(unknown[0], Finding(document.source, None, "", reason))
    values |= overrides
    data = _replaced(document, document.data, (), values)
    if values:
        data["parameters"] = values
    return Document(document.source, data, document.lines)


def _replaced(document: Document, value: Any, path: Path, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _replaced(document, item, (*path, name), values) for name, item in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [
            _replaced(document, item, (*path, index), values) for index, item in enumerate(value)
        ]
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in values:
            raise document.error(path, f"No parameter is called {value[1:]}.")
        return values[value[1:]]
    return value
