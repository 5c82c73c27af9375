"""The scenarios that come with the service, and those in files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astra.scenarios.documents import parse_document
from astra.scenarios.errors import UnknownScenarioError
from astra.scenarios.models import SeededScenario

FOLDER = Path(__file__).with_name("library")
SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Source:
    """A scenario's text and where it is from."""

    name: str
    text: bytes


def names() -> list[str]:
    """Return the names of the scenarios that come with the service."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_library(name: str) -> Source:
    """Return a scenario that comes with the service. Raises ``UnknownScenarioError``."""
    if name not in names():
        raise UnknownScenarioError(
            f"No scenario is called {name}; there are: {', '.join(names())}."
        )
    path = FOLDER / f"{name}.yaml"
    return Source(path.name, path.read_bytes())


def read_scenario(name_or_file: str) -> Source:
    """Return a scenario of the library, or of a file (its path has a `/` or a suffix).

    Raises ``UnknownScenarioError``, and ``OSError`` for a file that cannot be read.
    """
    path = Path(name_or_file)
    if "/" in name_or_file or path.suffix in SUFFIXES:
        return Source(name_or_file, path.read_bytes())
    return read_library(name_or_file)


@dataclass(frozen=True, slots=True)
class Described:
    """What a list of scenarios says of one."""

    name: str
    title: str
    description: str
    parameters: dict[str, float]


def described(name: str) -> Described:
    """Return what a scenario of the library says of itself. Raises ``UnknownScenarioError``."""
    source = read_library(name)
    data = parse_document(source.text, source=source.name).data
    return Described(
        name=name,
        title=data.get("title", ""),
        description=data.get("description", "").strip(),
        parameters=dict(data.get("parameters", {})),
    )


def library() -> Iterator[Described]:
    """Yield the scenarios of the library by name."""
    return (described(name) for name in names())


def is_seeded(name: str) -> bool:
    """Tell whether a scenario of this name was loaded into this database."""
    return SeededScenario.objects.filter(name=name).exists()
