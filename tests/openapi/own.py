"""The service's own document as a judge: every answer that the test client gets passes by it too."""

import functools
import json
from typing import Any

from astra.apidocs.views import document as written
from tests.openapi.facts import METHODS, resolved
from tests.reference import Answer, Operation, Reference


class OwnDocument(Reference):
    """Our document; nothing may come that it does not list."""

    problem_schema = "Problem{}"

    def __init__(self, document: dict[str, Any]) -> None:
        for item in document["paths"].values():
            for operation in (item[method] for method in METHODS if method in item):
                operation["responses"] = {
                    status: resolved(document, response)
                    for status, response in operation["responses"].items()
                }
        super().__init__(document)

    def complaints(self, answer: Answer) -> list[str]:
        # A method that a path does not offer is no operation.
        return [] if answer.status == 405 else super().complaints(answer)

    def excuses(self, operation: Operation, number: int) -> bool:
        return False


@functools.cache
def load() -> OwnDocument:
    """Return the document."""
    return OwnDocument(json.loads(written("json")))
