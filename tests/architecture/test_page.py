"""`docs/architecture.md` and `docs/adding-a-resource.md` say what is so, and are all that code cites."""

import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from astra.api.problems import CATALOGUE
from tests.api.test_order_of_refusals import ORDER
from tests.families import FAMILIES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
PAGES = (PAGE, ROOT / "docs" / "adding-a-resource.md", ROOT / "CONTRIBUTING.md")
SECTIONS = set(re.findall(r"^#+ (.+)$", PAGE.read_text(), re.MULTILINE))
PACKAGES = ("astra", *FAMILIES, "tests", "benchmarks")
# What the section on facts of the API names, which is kept elsewhere.
KEPT_ELSEWHERE = {"appbackup.md", "families.md", "resources.md"}
_OURS = "|".join(("astra", *FAMILIES))
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for pattern in ("*.py", "*.yaml"):
            yield from (ROOT / package).rglob(pattern)


SOURCES = {path: " ".join(path.read_text().split()) for path in _sources()}


def test_the_table_of_refusals_is_the_order_that_is_tested() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([\d, ]+) \| ([\d, ]+) \|$", PAGE.read_text(), re.M)
    assert [int(number) for number, _, _ in rows] == list(range(1, len(ORDER) + 1))
    problems = [[int(each) for each in found.split(", ")] for _, _, found in rows]
    assert problems == [[number for _, number in rank] for rank in ORDER]
    for (_, statuses, _), numbers in zip(rows, problems, strict=True):
        answered = {CATALOGUE[number].status for number in numbers}
        assert {int(each) for each in statuses.split(", ")} == answered


def test_every_section_that_is_cited_is_there() -> None:
    cited = re.compile(r"`docs/architecture\.md`((?:(?:,| and) '[^']+')+)")
    found = [
        (path.name, section)
        for path, text in SOURCES.items()
        for sections in cited.findall(text)
        for section in re.findall("'([^']+)'", sections)
    ]
    assert [each for each in found if each[1] not in SECTIONS] == []
    assert len(found) >= 20


def test_every_document_that_is_cited_can_be_read() -> None:
    missing = {
        (path.name, name)
        for path, text in SOURCES.items()
        for name in re.findall(r"`([\w./-]+\.md)`", text)
        if name not in KEPT_ELSEWHERE and not (ROOT / name).exists()
    }
    assert not missing
    assert all(f"`{name}`" in PAGE.read_text() for name in KEPT_ELSEWHERE)


@every_page
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    names = re.findall(rf"`((?:{_OURS})(?:\.\w+)+)`", page.read_text())
    assert [name for name in names if not _is_there(name)] == []


def _is_there(name: str) -> bool:
    """Tell whether a dotted name is that of a module, or of something in one."""
    module, _, last = name.rpartition(".")
    parent = importlib.import_module(module)
    if not hasattr(parent, "__path__"):
        return hasattr(parent, last)
    return importlib.util.find_spec(name) is not None


@every_page
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    names = re.findall(rf"`((?:{_OURS}|tests|docs)(?:/[\w.-]+)+)`", page.read_text())
    links = re.findall(r"\]\(([\w./-]+?)(?:#[\w-]+)?\)", page.read_text())
    assert not [name for name in names if not (ROOT / name).exists()]
    assert not [link for link in links if not (page.parent / link).exists()]
