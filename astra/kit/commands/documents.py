"""Scenarios as the commands name them: one of the library, or a file."""

from pathlib import Path
from typing import Any

from astra.kit.errors import CommandError

_SUFFIXES = (".yaml", ".yml", ".json")


def is_file(name_or_file: str) -> bool:
    """Say whether a text names a file rather than a scenario of the library."""
    return "/" in name_or_file or name_or_file.endswith(_SUFFIXES)


def read_scenario(file: str) -> tuple[str, dict[str, Any]]:
    """Return the text of a scenario's file and the document in it. Raises `CommandError`."""
    # Only files need it.
    import yaml

    try:
        text = Path(file).read_text()
        document = yaml.safe_load(text)
    except OSError as error:
        raise CommandError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("scenario"), str):
        raise CommandError(f"{file} is no scenario: it does not begin with its name, `scenario: …`")
    return text, document
