"""Every page for everybody: axe-core finds nothing at level A and AA, light and dark; nothing scrolls
sideways, on a desktop or on a phone.

By default the pages of each kind; with ASTRA_EVERY_PAGE=1 all of them.
"""

import os
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin

from astra.journal.models import JournalEntry
from backups.models import App, AppBackup, Bucket, Schedule, Snapshot
from tests import world
from tests.admin.browser import CHROMIUM, DRIVER, Browser
from tests.admin.conftest import list_of, log_in, page_of, some_of_everything

pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium is not installed"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

EVERY = bool(os.environ.get("ASTRA_EVERY_PAGE"))
_PACKAGE = distribution("axe-playwright-python")
AXE = Path(str(_PACKAGE.locate_file("axe_playwright_python/axe.min.js"))).read_text()
# The rules of the levels; and of what changes with the theme, the colours.
LEVELS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """
    const [only, dark, done] = arguments;
    document.documentElement.classList.toggle("dark", dark);
    const still = new CSSStyleSheet();
    still.replaceSync("* { transition: none !important; animation: none !important; }");
    document.adoptedStyleSheets = [still];
    axe.run({runOnly: only, resultTypes: ["violations"]}).then((found) => done(
        found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html}`))
    ));
"""
# The insides of what scrolls sideways by itself.
SIDEWAYS = """
    return [...document.querySelectorAll("#main *")]
        .filter((each) => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1
            && ["auto", "scroll"].includes(getComputedStyle(each).overflowX))
        .map((each) => each.className)
"""
LONG = "x" * 63


@pytest.fixture
def made() -> Any:
    """Some of everything, in every state, and with names as long as they may be."""
    some = some_of_everything()
    app, bucket = some["app"], some["bucket"]
    for state in ("running", "failed", "removed", "unknown"):
        world.make_backup(app, bucket, state=state, state_unready=["The volume went away."])
    world.make_snapshot(app)
    account = world.make_account(name=LONG, mode="real")
    app = world.make_app(account, name=LONG, namespaces=[LONG], state="failed")
    bucket = world.make_bucket(account, name=LONG, state="failed", provider="ontap-s3")
    world.make_snapshot(app, name=LONG)
    world.make_backup(
        app, bucket, name=LONG, snapshot=world.make_snapshot(app, name=f"y{LONG[1:]}")
    )
    return some


def usual_pages() -> Iterator[str]:
    """Yield a page of each kind."""
    yield "/admin/"
    for model in (App, AppBackup, Bucket, JournalEntry):
        yield list_of(model)
        yield page_of(model._default_manager.order_by("pk")[0])
    yield f"{list_of(App)}?q=nowhere"
    yield f"{list_of(AppBackup)}add/"
    yield page_of(AppBackup.objects.filter(state="failed")[0])
    yield f"{list_of(AppBackup)}{AppBackup.objects.filter(state='running')[0].pk}/fail/"
    yield f"{list_of(Bucket)}add/"
    yield "/admin/accounts/account/"
    yield "/admin/accounts/account/add/"
    yield "/admin/faults/faultrule/add/"
    yield "/admin/scenarios/seededscenario/seed/"


def every_page() -> Iterator[str]:
    yield from usual_pages()
    for model in admin.site._registry:
        yield list_of(model)
        record = model._default_manager.order_by("pk").first()
        if record is not None:
            yield page_of(record)
        if getattr(admin.site._registry[model], "can_add", True):
            yield f"{list_of(model)}add/"


def test_axe_finds_nothing(browser: Browser, made: Any) -> None:
    log_in(browser)
    browser.driver.set_script_timeout(60)
    found = {}
    for path in every_page() if EVERY else usual_pages():
        browser.go(path)
        browser.see("#main")
        browser.driver.execute_script(AXE)
        for only, is_dark in ((LEVELS, False), (COLOURS, True)):
            wrong = browser.driver.execute_async_script(RUN, only, is_dark)
            if wrong:
                found[path, "dark" if is_dark else "light"] = wrong
    assert found == {}


def test_nothing_of_a_list_lies_beyond_its_edge(browser: Browser, made: Any) -> None:
    log_in(browser)
    widest = (AppBackup, Snapshot, App, Bucket, Schedule, type(made["account"]))
    found = {}
    for model in admin.site._registry if EVERY else widest:
        for width in (1440, 390):
            browser.set_size(width, 900)
            browser.go(list_of(model))
            browser.see("#main")
            inside = browser.driver.execute_script(SIDEWAYS) if width == 1440 else []
            if inside or browser.width_of_page() > width:
                found[list_of(model), width] = inside
    assert found == {}
