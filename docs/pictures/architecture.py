"""Draws `architecture.svg`: the layers, what each is, which imports which, and the ways through them.

The layers are those of the contract in `pyproject.toml`, what each is says the docstring of its
package, and the arrows come from the imports that there are. Run it from the repository:

    python -m docs.pictures.architecture [--check]
"""

import argparse
import ast
import importlib.util
import sys
import tomllib
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

import grimp

from docs.pictures.ways import WAYS, Way

PICTURE = Path(__file__).with_suffix(".svg")
ROOT = Path(__file__).parents[2]

Layer = tuple[str, ...]
Arrow = tuple[int, int]

MARGIN, TOP = 20, 44
ROW, BAND = 48, 40
ARCS, LAYERS = 70, 410
STEP = 28
LEGEND, LINE = 34, 19
INK, PALE, GREY = "#1f2328", "#f3f5f8", "#656d76"

_OPEN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
    f' height="{{height}}" font-family="system-ui, sans-serif" fill="{INK}">'
)
_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    f' orient="auto"><path d="M0 0 8 4 0 8z" fill="{GREY}"/></marker></defs>'
)


def layers() -> list[Layer]:
    """Return the layers of the contract on imports, highest first."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = config["tool"]["importlinter"]["contracts"][0]
    return [tuple(name.strip(" ()") for name in row.split("|")) for row in contract["layers"]]


def layer_of(module: str, rows: Sequence[Layer]) -> int | None:
    """Return the number of the layer that a module is in, None if it is in none."""
    for number, row in enumerate(rows):
        if any(f"{module}.".startswith(f"{package}.") for package in row):
            return number
    return None


def imports(rows: Sequence[Layer]) -> set[Arrow]:
    """Return which layer imports which, by number."""
    graph = grimp.build_graph(*sorted({package.split(".")[0] for row in rows for package in row}))
    found = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            start, end = layer_of(importer, rows), layer_of(imported, rows)
            if start is not None and end is not None and start != end:
                found.add((start, end))
    return found


def nearest(arrows: set[Arrow]) -> list[Arrow]:
    """Return the arrows without those that others lead to as well, step by step."""

    def reaches(start: int, end: int) -> bool:
        following = {to for origin, to in arrows if origin == start}
        return end in following or any(reaches(to, end) for to in following)

    return sorted(
        (start, end)
        for start, end in arrows
        if not any(reaches(to, end) for origin, to in arrows if origin == start and to != end)
    )


def about(package: str) -> str:
    """Return the first line of a module's docstring; raises ``LookupError`` when it has none."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text()))
    if not text:
        raise LookupError(f"{package} does not say what it is")
    return text.splitlines()[0].rstrip(".")


def picture() -> str:
    """Return the picture, as SVG."""
    rows = layers()
    bottom = TOP + ROW * len(rows)
    starts = _starts()
    width = starts[-1] + _width(WAYS[-1]) + MARGIN
    height = bottom + LEGEND + LINE * (2 + max(len(way.stops) for way in WAYS)) + MARGIN
    title = "The layers of the service, and three ways through them"
    parts = [
        _OPEN.format(width=width, height=height),
        f"<title>{title}</title>",
        _TIP,
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_bands(rows, width),
        *(_arrow(arrow) for arrow in _by_length(nearest(imports(rows)))),
        *(part for way, x in zip(WAYS, starts, strict=True) for part in _line(way, x, rows)),
        *_legend(bottom + LEGEND, width),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _width(way: Way) -> int:
    return STEP * len(way.stops)


def _starts() -> list[int]:
    """Return where the line of each way begins."""
    first = ARCS + LAYERS + MARGIN
    return [first + sum(_width(each) + MARGIN for each in WAYS[:number]) for number in range(3)]


def _text(x: float, y: float, text: str, **style: object) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x}" y="{y}"{said}>{escape(text)}</text>'


def _bands(rows: Sequence[Layer], width: int) -> Iterator[str]:
    yield _text(ARCS, TOP - 16, "Layers; imports follow the arrows", font_size=14, font_weight=600)
    for number, row in enumerate(rows):
        y = TOP + ROW * number
        yield (
            f'<rect x="{ARCS}" y="{y}" width="{width - ARCS - MARGIN}" height="{BAND}" rx="5"'
            f' fill="{PALE}"/>'
        )
        if len(row) > 2:
            yield _text(ARCS + 10, y + 25, " · ".join(row), font_size=13, font_weight=600)
            continue
        share = LAYERS / len(row)
        for place, package in enumerate(row):
            x = ARCS + share * place + 10
            yield _text(x, y + 17, package, font_size=14, font_weight=600)
            yield _text(x, y + 32, about(package), font_size=11.5, fill=GREY)


def _by_length(arrows: Sequence[Arrow]) -> list[tuple[Arrow, int]]:
    """Return the arrows, each with its lane: 0 is straight down, higher ones further out."""
    arcs = sorted((end - start, start) for start, end in arrows if end - start > 1)
    lanes = {(start, start + length): lane for lane, (length, start) in enumerate(arcs, start=1)}
    return [(arrow, lanes.get(arrow, 0)) for arrow in arrows]


def _arrow(placed: tuple[Arrow, int]) -> str:
    (start, end), lane = placed
    if not lane:
        x, y = ARCS + 24, TOP + ROW * start + BAND
        way = f"M{x} {y} V{y + ROW - BAND}"
    else:
        x = ARCS - 8 - 11 * lane
        top, foot = TOP + ROW * start + BAND - 8, TOP + ROW * end + 8
        there = f"M{ARCS} {top} H{x + 6} Q{x} {top} {x} {top + 6}"
        way = f"{there} V{foot - 6} Q{x} {foot} {x + 6} {foot} H{ARCS}"
    return (
        f'<path d="{way}" fill="none" stroke="{GREY}" stroke-width="1.4" marker-end="url(#tip)"/>'
    )


def _line(way: Way, start: int, rows: Sequence[Layer]) -> Iterator[str]:
    """Draw a way: across for each stop, up and down between the layers."""
    points = []
    for number, stop in enumerate(way.stops):
        layer = layer_of(stop.module, rows)
        assert layer is not None, stop.module
        points.append((start + STEP * number + STEP / 2, TOP + ROW * layer + BAND / 2))
    yield _text(start, TOP - 16, way.name, font_size=14, font_weight=600, fill=way.colour)
    for (x, y), (to_x, to_y) in pairwise(points):
        yield (
            f'<path d="M{x} {y} L{to_x} {to_y}" stroke="{way.colour}" stroke-width="2"'
            ' stroke-opacity="0.55"/>'
        )
    for number, (stop, (x, y)) in enumerate(zip(way.stops, points, strict=True), start=1):
        yield _stop(number, x, y, way.colour, told=stop.told)


def _stop(number: int, x: float, y: float, colour: str, *, told: bool) -> str:
    inside, ink = ("#ffffff", colour) if told else (colour, "#ffffff")
    return (
        f'<circle cx="{x}" cy="{y}" r="10.5" fill="{inside}" stroke="{colour}" stroke-width="2"/>'
        + _text(x, y + 4, str(number), font_size=11.5, fill=ink, text_anchor="middle")
    )


def _legend(top: int, width: int) -> Iterator[str]:
    """Say what each stop is, a column for each way."""
    column = (width - 2 * MARGIN) / len(WAYS)
    for place, way in enumerate(WAYS):
        x = MARGIN + column * place
        yield _text(x, top, way.title, font_size=14, font_weight=600, fill=way.colour)
        for number, stop in enumerate(way.stops, start=1):
            y = top + 4 + LINE * number
            yield _text(x + 16, y, str(number), font_size=12, text_anchor="end", fill=way.colour)
            yield (
                f'<text x="{x + 23}" y="{y}" font-size="12">{escape(stop.module)}'
                f'<tspan fill="{GREY}" dx="6">{escape(stop.what)}</tspan></text>'
            )
    y = top + 4 + LINE * (1 + max(len(way.stops) for way in WAYS))
    told = "○ The caller may not import it: it was told of it by a registry."
    yield _text(MARGIN, y, told, font_size=12, fill=GREY)


def main() -> None:
    """Write the picture, or say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, and fail if stale")
    parser.add_argument("--file", type=Path, default=PICTURE)
    options = parser.parse_args()
    if not options.check:
        options.file.write_text(picture())
    elif not options.file.exists() or options.file.read_text() != picture():
        sys.exit(
            f"{options.file} is not up to date; write it by python -m docs.pictures.architecture"
        )


if __name__ == "__main__":
    main()
