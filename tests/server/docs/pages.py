"""The pages, and what they tell to type."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.server.service import ROOT

PAGES = {
    str(file.relative_to(ROOT)): file.read_text()
    for file in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        ROOT / "client" / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
    )
}


def blocks(page: str, *languages: str) -> Iterator[str]:
    """Yield the blocks of a page that are in one of the languages, without their indentation."""
    pattern = rf"^( *)```(?:{'|'.join(languages)})\n(.*?)^ *```$"
    for indentation, text in re.findall(pattern, PAGES[page], re.DOTALL | re.MULTILINE):
        yield re.sub(rf"^{indentation}", "", text, flags=re.MULTILINE)


def commands(page: str) -> Iterator[str]:
    """Yield what the page tells to type at a prompt, without comments; each of `a|b` by itself."""
    for block in blocks(page, "console"):
        whole = re.sub(r"\\\n\s*", "", block)
        for line in whole.splitlines():
            if line.startswith("$ "):
                yield from _alternatives(re.sub(r"\s+# .*$", "", line.removeprefix("$ ")))


def _alternatives(line: str) -> Iterator[str]:
    found = re.search(r"(?<= )[a-z]+(\|[a-z]+)+(?= )", line)
    if found is None:
        yield line
    else:
        for word in found[0].split("|"):
            yield from _alternatives(line.replace(found[0], word, 1))


def links(page: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of this repository that a page leads to, with the heading there, if it says one."""
    for target in re.findall(
        r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    ):
        if "://" not in target:
            name, _, heading = target.partition("#")
            here = ROOT / page
            yield (here.parent / name).resolve() if name else here, heading


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings."""
    found = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in found}
