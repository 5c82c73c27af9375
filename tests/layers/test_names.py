"""Nothing below the families names a thing of theirs, in any identifier or string."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

# From the lowest up.
LAYERS = (
    "database",
    "api",
    "apidocs",
    "adminsite",
    "accounts",
    "engine",
    "faults",
    "webhooks",
    "journal",
    "scenarios",
    "isolation",
    "resources",
)

# Parts of camelCase, snake_case, kebab-case, dotted names, paths and prose alike.
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
FAMILIES_WORDS = frozenset(
    f"{noun}{ending}"
    for noun in ("app", "appbackup", "appsnap", "backup", "bucket", "snap", "snapshot")
    for ending in ("", "s")
)
# Django calls its packages apps; so do two words of which the first or the second is that.
DJANGOS_PAIRS = frozenset(
    {
        ("app", "config"),
        ("app", "dirs"),
        ("app", "label"),
        ("current", "app"),
        ("django", "apps"),
        ("installed", "apps"),
    }
)


def words_of_families(text: str) -> list[str]:
    """Return the words of a text that only a family may use."""
    words = [word.lower() for word in WORD.findall(text)]
    djangos = {
        place + offset
        for place, pair in enumerate(pairwise(words))
        if pair in DJANGOS_PAIRS
        for offset in (0, 1)
    }
    return [
        word for place, word in enumerate(words) if word in FAMILIES_WORDS and place not in djangos
    ]


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as text), *_]:
                    yield text


def _imported_from_django(tree: ast.Module) -> Iterator[ast.alias]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "django":
            yield from node.names


def said(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every identifier and string of a module, docstrings aside.

    What it imports from Django under Django's own name is Django's, wherever it stands.
    """
    docstrings = {id(node) for node in _docstrings(tree)}
    aliases = list(_imported_from_django(tree))
    theirs = {alias.name for alias in aliases if alias.asname is None}
    imports = {id(alias) for alias in aliases}
    for node in ast.walk(tree):
        if id(node) in docstrings or (isinstance(node, ast.Name) and node.id in theirs):
            continue
        for name, value in ast.iter_fields(node):
            if id(node) in imports and name == "name":
                continue
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str | bytes):
                    line = getattr(node, "lineno", 0)
                    yield line, text if isinstance(text, str) else text.decode("latin-1")


def hits(source: str, file: str) -> list[str]:
    """Return `file:line: words` for each place in a module that names a thing of a family."""
    found = [
        (line, " ".join(words))
        for line, text in said(ast.parse(source))
        if (words := words_of_families(text))
    ]
    return [f"{file}:{line}: {words}" for line, words in sorted(found)]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_below_names_nothing_of_a_family(layer: str) -> None:
    root: Path = settings.BASE_DIR
    modules = sorted((root / "astra" / layer).rglob("*.py"))
    assert modules
    found = [hit for path in modules for hit in hits(path.read_text(), str(path.relative_to(root)))]
    assert not found, "\n" + "\n".join(found)


def test_every_layer_below_the_families_is_looked_at() -> None:
    contracts = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    layers = contracts["tool"]["importlinter"]["contracts"][1]["layers"]
    names = [name.strip("() ") for line in layers for name in line.split("|")]
    assert tuple(reversed(names[names.index("resources") :])) == LAYERS


@pytest.mark.parametrize(
    "text",
    [
        "APP_BACKUP",
        "appBackups",
        "/k8s/v1/apps/*/appSnaps",
        "backups.models",
        "bucketID",
        "the snapshot",
        "App",
        "app_id",
        "admin:backups_appbackup_add",
    ],
)
def test_a_word_of_a_family_is_seen(text: str) -> None:
    assert words_of_families(text)


@pytest.mark.parametrize(
    "text", ["AppConfig", "django.apps", "app_label", "INSTALLED_APPS", "apply", "mapped", "happy"]
)
def test_a_word_of_django_or_of_the_language_is_let_pass(text: str) -> None:
    assert not words_of_families(text)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("from backups import x", [1]),
        ("import backups.models as y", [1]),
        ("from astra import x as bucket", [1]),
        ("\ndef f(app): ...", [2]),
        ("f(app_id=1)", [1]),
        ("x.bucket", [1]),
        ("x = f'{y} of the app'", [1]),
        ("x = b'snapshot'", [1]),
        ("class AppSnap: ...", [1]),
        ("# a bucket", []),
        ('"""Of a bucket."""', []),
        ("from django.apps import AppConfig, apps\napps.get_model(AppConfig)", []),
        ("from django.contrib.admin import apps as config", []),
        ("from django.contrib.admin import apps as app", [1]),
        ("apps.get_model()", [1]),
    ],
)
def test_what_of_a_module_is_looked_at(source: str, lines: list[int]) -> None:
    assert [int(hit.split(":")[1]) for hit in hits(source, "x.py")] == lines
