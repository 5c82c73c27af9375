"""What an account's page on the admin site links to: each app registers its lists when it is ready."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Content:
    """The list of a model (`label.model`) with a foreign key `account`, narrowed to one of them.

    ``order`` is its place among the links.
    """

    order: int
    text: str
    model: str


_contents: dict[str, Content] = {}


def register_contents(*contents: Content) -> None:
    """Add lists; a second registration of a model replaces the first."""
    for content in contents:
        _contents[content.model] = content


def contents() -> Iterator[Content]:
    """Yield the registered lists in their order."""
    yield from sorted(_contents.values())
