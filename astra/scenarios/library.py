"""The scenarios that come with the service, and those in files.

Each family registers the folder of its own when it is ready.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astra.api.problems import there_are
from astra.scenarios.documents import Source, parse_document
from astra.scenarios.errors import UnknownScenarioError
from astra.scenarios.models import SeededScenario

SUFFIXES = (".yaml", ".yml", ".json")


_folders: list[Path] = []


def register_library(folder: Path) -> None:
    """Add the scenarios of a folder: its YAML files."""
    if folder not in _folders:
        _folders.append(folder)


def _files() -> dict[str, Path]:
    return {path.stem: path for folder in _folders for path in folder.glob("*.yaml")}


def names() -> list[str]:
    """Return the names of the scenarios that come with the service."""
    return sorted(_files())


def read_library(name: str) -> Source:
    """Return a scenario that comes with the service. Raises ``UnknownScenarioError``."""
    path = _files().get(name)
    if path is None:
        raise UnknownScenarioError(f"No scenario is called {name}; {there_are(names())}.")
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
    data = parse_document(read_library(name)).data
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
