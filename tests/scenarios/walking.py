"""A walk over every GET of the published document, the ids in its paths filled by what lists give."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from tests.conftest import Api
from tests.reference import Reference


class Found(NamedTuple):
    """What a GET of a path of the document gave.

    ``document`` None: it is no JSON, or what a directory has in an account without one.
    """

    template: str
    path: str
    document: Any


@dataclass
class Walk:
    """What one caller finds: every list, and one instance of each path."""

    api: Api
    judge: Reference
    _read: dict[str, Any] = field(default_factory=dict)

    def found(self) -> Iterator[Found]:
        for template, item in self.judge.document["paths"].items():
            paths = self._filled(template) if "get" in item else iter(())
            # The instances are those of the lists, shown alike: one tells how it is shown alone.
            for path in islice(paths, 1) if template.endswith("}") else paths:
                yield Found(template, path, self._document(path))

    def _filled(self, template: str) -> Iterator[str]:
        """Yield the paths of a template."""
        above, placeholder, below = template.partition("/{")
        if not placeholder:
            yield template
            return
        rest = below.partition("}")[2]
        for row in self._rows(above):
            yield from self._filled(f"{above}/{row['id']}{rest}")

    def _rows(self, path: str) -> list[Any]:
        if self.judge.operation("GET", path) is None:
            # The apps of a managed cluster and the clusters themselves are lists of two versions.
            first, second = path.replace("/v1/", "/v2/"), path.replace("/v2/", "/v1/")
            path = first if self.judge.operation("GET", first) else second
        document = self._document(path)
        return list(document["items"]) if document else []

    def _document(self, path: str) -> Any:
        if path not in self._read:
            response = self.api.call("GET", path, root=True)
            has_directory = response.status_code != 500 or "/ldap" not in path
            assert response.status_code == 200 or not has_directory, (path, response.content)
            is_json = has_directory and response["Content-Type"].endswith("json")
            self._read[path] = json.loads(response.content) if is_json else None
        return self._read[path]
