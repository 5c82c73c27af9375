"""The document itself: committed, valid, complete, with good examples, and served with its page."""

import importlib
import re
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import astra
from astra.api.serializers import ClosedSerializer
from astra.api.views import ApiView
from astra.apidocs.refusals import problems_of
from astra.apidocs.shapes import examples_of
from astra.apidocs.views import document as written
from astra.resources import registry
from astra.urls import CONTROL
from tests.families import FAMILIES
from tests.openapi.facts import METHODS, problem_numbers

UPDATE = "python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"
PACKAGES = [f"{name}.resources" for name in FAMILIES]


def test_the_committed_document_is_up_to_date() -> None:
    committed = (settings.BASE_DIR / "docs/openapi.yaml").read_bytes()
    assert committed == written("yaml"), f"update it: {UPDATE}"


def test_the_document_is_valid_openapi_without_a_warning() -> None:
    output = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=output)
    assert output.getvalue() == written("yaml").decode()


def test_every_operation_has_its_own_id(document: Any) -> None:
    ids = [
        item[method]["operationId"]
        for item in document["paths"].values()
        for method in METHODS
        if method in item
    ]
    assert len(ids) == len(set(ids))
    assert "createAppsAppBackup" in ids


def _views(patterns: Any, prefix: str = "/") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("<str:", "{").replace(">", "}")
        if isinstance(pattern, URLResolver):
            found |= _views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            found[route] = getattr(pattern.callback, "view_class", pattern.callback)
    return found


def test_every_path_of_the_api_is_described_with_its_methods(document: Any) -> None:
    views = {
        path: view
        for path, view in _views(get_resolver().url_patterns).items()
        if isinstance(view, type) and issubclass(view, ApiView) and "(?P" not in path
    }
    described = {
        path: set(item) for path, item in document["paths"].items() if path.startswith("/accounts")
    }
    assert described == {
        path: {name for name in METHODS if name in view.http_method_names and hasattr(view, name)}
        for path, view in views.items()
    }


def test_every_path_of_the_control_surface_is_described_with_its_methods(document: Any) -> None:
    views = _views(CONTROL, "/simulator/v1/")
    described = {
        path: set(item) for path, item in document["paths"].items() if path.startswith("/simulator")
    }
    # Describe a new one in astra/apidocs/control.yaml. What is no class answers GET.
    assert described == {
        path: {name for name in METHODS if hasattr(view, name)} or {"get"}
        for path, view in views.items()
    }


def test_every_refusal_is_that_of_the_view(document: Any) -> None:
    checked = 0
    for path, view in _views(get_resolver().url_patterns).items():
        for method, operation in document["paths"].get(path, {}).items():
            if not path.startswith("/accounts"):
                continue
            listed = {
                (int(status), number)
                for status, response in operation["responses"].items()
                for number in problem_numbers(document, response)
            }
            problems = problems_of(view, method.upper())
            assert listed == {(problem.status, problem.number) for problem in problems}
            checked += 1
    assert checked >= 59


def _serializers(package: str) -> dict[str, type[ClosedSerializer]]:
    folder = settings.BASE_DIR / package.replace(".", "/")
    modules = [importlib.import_module(f"{package}.{file.stem}") for file in folder.glob("*.py")]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, ClosedSerializer)
    } | {
        serializer.__name__: serializer
        for resource in registry.resources()
        if resource.members.module.startswith(package)
        for serializer in resource.members.serializers
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_example_is_valid_by_its_serializer(package: str) -> None:
    serializers = _serializers(package)
    examples = examples_of(package)
    assert examples
    for name, example in examples.items():
        serializers[name].parse(example)


def test_every_resource_and_body_has_an_example(document: Any) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            if not path.startswith("/accounts"):
                continue
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (body.get("content", {}) for body in bodies):
                for name, media_type in content.items():
                    if name.endswith("json"):
                        schema = media_type["schema"]["$ref"].rsplit("/", 1)[1]
                        assert document["components"]["schemas"][schema]["example"]


def test_the_example_of_a_create_is_that_of_the_user_s_document(document: Any) -> None:
    assert document["components"]["schemas"]["AppBackupCreate"]["example"] == {
        "type": "application/astra-appBackup",
        "version": "1.1",
        "name": "app-name-245",
    }


def test_the_document_is_served_as_json_and_as_yaml(document: Any) -> None:
    client = Client()
    as_json = client.get("/api/openapi.json")
    as_yaml = client.get("/api/openapi.yaml")
    assert (as_json["Content-Type"], as_yaml["Content-Type"]) == (
        "application/json",
        "application/yaml",
    )
    assert as_json.json() == yaml.safe_load(as_yaml.content) == document
    assert document["info"]["title"] == "Astra Simulator"
    assert document["info"]["version"] == astra.__version__
    assert document["servers"] == [{"url": "/", "description": "This service"}]


def test_the_page_shows_the_document_with_files_of_the_service_alone() -> None:
    page = Client().get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert f"<title>Astra Simulator {astra.__version__}</title>" in text
    assert 'url: "/api/openapi.json"' in text
    assert re.findall(r'(?:src|href)="(?!/static/)', text) == []
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        path = f"drf_spectacular_sidecar/swagger-ui-dist/{name}"
        assert f"/static/{path}" in text
        assert finders.find(path)


def test_the_plain_page_shows_the_document_with_files_of_the_service_alone() -> None:
    page = Client().get("/api/redoc/")
    text = page.content.decode()
    assert page.status_code == 200
    assert f"<title>Astra Simulator {astra.__version__}</title>" in text
    assert 'spec-url="/api/openapi.json"' in text
    assert re.findall(r'(?:src|href)="(?!/static/)', text) == []
    for path in re.findall(r'(?:src|href)="/static/([^"]+)"', text):
        assert finders.find(path)
    # Its search is a script that it makes; nothing is loaded from elsewhere.
    assert "worker-src 'self' blob:" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"].partition("style-src")[0]


def test_the_ids_of_a_path_are_those_of_the_demo(document: Any) -> None:
    parameters = document["components"]["parameters"]
    assert parameters["account_id"]["example"] == "9fa3a156-1362-5acc-9b44-0c420da2a6a6"
    assert parameters["simulatorAccount"]["example"] == parameters["account_id"]["example"]
    assert parameters["app_id"]["example"] == "0db61582-79af-51ee-bad8-45bdf6fe3e25"
    assert "example" not in parameters["token_id"]


# In a process of its own: it is the generator's first use that threads could disturb.
_FIRST_READERS = """
import django
from tests.threads import at_once

django.setup()
from astra.apidocs.views import document

print(len(set(at_once([lambda: document("json")] * 8))))
"""


def test_the_first_readers_may_come_at_once() -> None:
    command = [sys.executable, "-c", _FIRST_READERS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")
