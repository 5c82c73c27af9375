"""The page on fidelity: every published operation, and how far the service has it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from astra.apidocs.fidelity import judge, page
from astra.apidocs.published import Published, published_operations
from tests import reference
from tests.openapi.facts import METHODS


def test_the_committed_page_is_up_to_date() -> None:
    call_command("fidelity", "--check")


def test_a_stale_page_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "fidelity.md"
    with pytest.raises(CommandError, match="not up to date"):
        call_command("fidelity", "--check", "--file", str(file))
    call_command("fidelity", "--file", str(file))
    assert file.read_text() == page()
    file.write_text("old")
    with pytest.raises(CommandError, match="not up to date"):
        call_command("fidelity", "--check", "--file", str(file))


def test_every_published_operation_is_on_the_page_once() -> None:
    assert len(published_operations()) == 239
    text = page()
    for operation in published_operations():
        assert text.count(f"`{operation.method} {operation.path}`") == 1


def test_the_list_of_operations_is_the_published_one() -> None:
    document = reference.load()
    if document is None:
        pytest.skip(f"no {reference.FILE} in {reference.folder()}")
    assert set(published_operations()) == {
        Published(method.upper(), path, item[method]["tags"][0])
        for path, item in document.document["paths"].items()
        for method in METHODS
        if method in item
    }


@pytest.mark.parametrize(
    ("method", "path", "fidelity"),
    [
        ("POST", "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups", "faithful"),
        ("POST", "/accounts/{account_id}/topology/v1/appBackups", "absent"),
        ("POST", "/accounts/{account_id}/topology/v1/buckets", "simplified"),
    ],
)
def test_the_verdict_follows_from_the_view(method: str, path: str, fidelity: str) -> None:
    verdict = judge(Published(method, path, "x"))
    assert verdict.fidelity == fidelity
    assert bool(verdict.how) == (fidelity == "simplified")
