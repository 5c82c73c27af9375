"""A person with a browser: logs in, makes a token, takes a backup, fails it, reads its timeline."""

import urllib.request
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from astra.faults.models import FaultRule
from backups.models import AppBackup
from tests import world
from tests.admin.browser import CHROMIUM, DRIVER, Browser
from tests.admin.conftest import log_in, make_backup
from tests.world import settle_account

pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium is not installed"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


def test_from_login_to_a_failed_backup_by_mouse(browser: Browser) -> None:
    account = world.make_account(name="lab")
    world.make_user(account, email="owner@example.com")
    world.make_bucket(account)
    world.make_app(account, name="shop")
    log_in(browser)

    browser.click_on("Users")
    browser.click_on("owner@example.com")
    browser.click_on("Create token…")
    browser.type_in("name", "laptop")
    browser.press("Create token")
    token = browser.see(".astra-secret").text
    request = urllib.request.Request(
        f"{browser.home}/accounts/{account.pk}/k8s/v2/apps",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200

    browser.click_on("Apps")
    browser.click_on("shop")
    browser.click_on("Take a backup now…")
    browser.press("Take backup")
    assert browser.see("#timeline .astra-badge").text == "pending"

    browser.click_on("Advance…")
    browser.press("Advance")
    browser.see("#timeline .astra-busy:not(.astra-ahead)")
    browser.click_on("End")
    browser.click_on("Fail…")
    browser.type_in("reason", "the volume went away")
    browser.type_in("hook_title", "pre-snapshot hook failed")
    browser.press("Fail")
    timeline = browser.see("#timeline li.astra-bad .astra-reason")
    assert timeline.text == "the volume went away"
    backup = AppBackup.objects.get()
    assert (backup.state, backup.hook_state) == ("failed", "failed")
    assert "pre-snapshot hook failed" in browser.see("#content-main").text


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_fit_a_phone_and_a_desktop(width: int, browser: Browser) -> None:
    account = world.make_account(name="lab")
    app, bucket = world.make_app(account, name="a" * 63), world.make_bucket(account)
    backup = world.make_backup(app, bucket, name="b" * 63, state="running")
    world.make_backup(app, bucket, name="c" * 63, state="failed", state_unready=["d" * 127])
    make_backup(app)
    FaultRule.objects.create(
        account=account,
        position=0,
        name="e" * 63,
        effect="backup-never-ends",
        created_at=world.START,
    )
    world.make_account(name="f" * 63)
    log_in(browser)
    browser.set_size(width, 900)
    for path in (
        "",
        f"?account={account.pk}",
        "backups/appbackup/",
        "backups/appbackup/add/",
        f"backups/appbackup/{backup.pk}/change/",
        f"backups/appbackup/{backup.pk}/fail/",
        "engine/transition/",
        "faults/faultrule/",
        "faults/faultrule/add/",
        f"accounts/account/{account.pk}/change/",
        "scenarios/seededscenario/seed/",
    ):
        browser.go(f"/admin/{path}")
        browser.see("#main")
        assert browser.width_of_page() <= width, path
    logged: list[dict[str, str]] = browser.driver.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in logged if entry["level"] == "SEVERE"] == []


def test_a_fault_rule_is_made_by_mouse(browser: Browser) -> None:
    account = world.make_account(name="lab")
    app = world.make_app(account, name="shop")
    log_in(browser)
    browser.set_size(1440, 2200)
    browser.go(f"/admin/faults/faultrule/add/?account={account.pk}")

    def shown() -> list[str]:
        fields = browser.driver.find_elements(By.CSS_SELECTOR, "[name*='__']")
        names = [str(field.get_attribute("name")) for field in fields if field.is_displayed()]
        return [name for name in names if "Details" not in name]

    assert shown() == ["backup-fail__at", "backup-fail__reasons"]
    browser.select("effect", "truncate")
    assert shown() == ["truncate__bytes"]
    browser.type_in("truncate__bytes", "7")
    browser.choose("match_operation", "appBackup.create")
    browser.choose("match_app", "shop")
    browser.press("Save")
    # Buttons of the list need no script, and go back to it.
    button = browser.see("#result_list button[title='Switch off']")
    rule = FaultRule.objects.get()
    assert (rule.effect, rule.parameters) == ("truncate", {"bytes": 7})
    assert (rule.operation, rule.about) == ("appBackup.create", {"app": str(app.pk)})
    button.click()
    browser.see("#result_list button[title='Switch on']")
    assert not FaultRule.objects.get().is_enabled


def test_a_running_backup_moves_on_under_the_eyes(browser: Browser) -> None:
    account = world.make_account(mode="real")
    world.make_bucket(account)
    backup = make_backup(world.make_app(account))
    log_in(browser)
    browser.go(f"/admin/backups/appbackup/{backup.pk}/change/")
    assert browser.see("#timeline li:not(.astra-ahead) .astra-badge").text == "pending"

    def has_moved_on(driver: Any) -> bool:
        settle_account(account.pk, account.now())
        done = driver.find_elements(By.CSS_SELECTOR, "#timeline li.astra-busy:not(.astra-ahead)")
        return bool(done)

    browser.patience.until(has_moved_on)


def test_the_overview_moves_on_without_a_reload(browser: Browser) -> None:
    account = world.make_account(name="lab")
    world.make_bucket(account)
    make_backup(world.make_app(account), name="watched")
    world.advance(account, 7)
    log_in(browser)
    browser.driver.execute_script("window.isTheSamePage = true")

    def percent(driver: Any) -> int:
        bar = "[aria-label='Progress of watched']"
        return int(driver.execute_script(f"return document.querySelector(`{bar}`).ariaValueNow"))

    def drawn(driver: Any, state: str) -> int:
        return int(
            driver.execute_script(
                "return Chart.getChart('history-chart').data.datasets"
                ".find((each) => each.label === arguments[0]).data.reduce((a, b) => a + b)",
                state,
            )
        )

    before = percent(browser.driver)
    assert drawn(browser.driver, "completed") == 0
    browser.select("mode", "scaled")
    browser.type_in("rate", "12")
    world.advance(account, 3)
    browser.patience.until(lambda driver: percent(driver) > before)
    assert browser.see("[name='rate']").get_attribute("value") == "12"

    browser.press("10 min")
    message = browser.see("#overview-messages li").text
    assert "lab: 1 transition." in message
    browser.patience.until(lambda driver: drawn(driver, "completed") == 1)
    assert "No backup is under way." in browser.see("#live-under_way").text
    assert browser.see("#live-clock time").text == "2026-01-05 12:10:10"

    browser.press("Set")
    browser.see("#clock-moves:disabled")
    shown = browser.see("#live-clock time").text
    browser.patience.until(lambda driver: browser.see("#live-clock time").text > shown)
    assert browser.driver.execute_script("return window.isTheSamePage") is True
