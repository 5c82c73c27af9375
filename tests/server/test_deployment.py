"""What `check --deploy` says, and what pages tell a browser to keep to."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import Client
from django.utils.module_loading import import_string

from astra.api.files import kept_private
from tests.threads import at_once

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)


def test_the_check_for_deployment_has_nothing_to_say() -> None:
    assert [
        each for each in run_checks(include_deployment_checks=True) if not each.is_silenced()
    ] == []


@pytest.mark.parametrize(
    "wanted", [SecurityMiddleware, XFrameOptionsMiddleware, CsrfViewMiddleware]
)
def test_what_it_does_not_find_is_there(wanted: type) -> None:
    assert any(issubclass(import_string(name), wanted) for name in settings.MIDDLEWARE)


def test_a_page_has_a_policy_of_its_own_files_alone() -> None:
    policy = Client().get("/admin/login/")["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == sorted(POLICY.split("; "))


@pytest.mark.django_db
def test_no_page_of_the_admin_site_has_a_script_within_it() -> None:
    text = Client().get("/admin/login/").content.decode()
    assert re.findall(r"<script(?![^>]* src=)(?![^>]*json)[^>]*>", text) == []


def test_the_api_needs_no_policy() -> None:
    assert "Content-Security-Policy" not in Client().get("/simulator/v1/health")


def test_a_secret_is_made_once_whoever_asks(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "secret"
    made = iter(f"secret {number} " * 1_000 for number in range(100))
    told = at_once([lambda: kept_private(path, lambda: next(made).strip())] * 8)
    assert set(told) == {path.read_text().strip()}
    assert [each.name for each in path.parent.iterdir()] == ["secret"]
    assert path.stat().st_mode & 0o077 == 0
