"""The documentation has an index, and its links lead somewhere."""

import pytest

from tests.server.docs.pages import PAGES, headings, links
from tests.server.service import ROOT

INDEX = "docs/README.md"


def test_the_index_leads_to_every_page() -> None:
    reached = {str(file.relative_to(ROOT)) for file, _ in links(INDEX)}
    assert {page for page in PAGES if page not in (INDEX, "client/README.md")} <= reached
    assert INDEX in {str(file.relative_to(ROOT)) for file, _ in links("README.md")}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for file, heading in links(page):
        assert file.exists(), file
        if heading:
            assert heading in headings(file.read_text()), f"{file.name}#{heading}"


def test_the_licence_is_said_wherever_it_is_asked_for() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
    for project in ("pyproject.toml", "client/pyproject.toml"):
        assert '\nlicense = "MIT"\n' in (ROOT / project).read_text()
