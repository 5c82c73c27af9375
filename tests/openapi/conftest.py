"""The service's own document, as its callers get it."""

import json
from typing import Any

import pytest

from astra.apidocs.views import document as written


@pytest.fixture(scope="session")
def document() -> Any:
    return json.loads(written("json"))
