"""A person with a mouse, from an empty database to a failed backup with a failed hook."""

import pytest
from selenium.webdriver.common.by import By

from astra.accounts.models import Account
from backups.models import App, AppBackup
from tests.admin.browser import CHROMIUM, DRIVER, Browser
from tests.admin.conftest import log_in
from tests.world import settle_account

pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium is not installed"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
MOST_CLICKS = 15


class Mouse:
    """Clicks, and counts them; what is typed goes from field to field by the tab key."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.clicks = 0

    def link(self, text: str) -> None:
        self.clicks += 1
        self.browser.click_on(text)

    def press(self, text: str) -> None:
        self.clicks += 1
        self.browser.press(text)

    def pick(self, name: str, value: str) -> None:
        # Opened, and one of it chosen.
        self.clicks += 2
        self.browser.select(name, value)

    def type(self, **texts: str) -> None:
        for name, text in texts.items():
            self.browser.type_in(name, text)


def settle(app: str = "") -> None:
    """Carry out what is under way, as the worker does beside."""
    account = Account.objects.get()
    settle_account(account.pk, account.now().replace(year=account.now().year + 1))
    assert not app or App.objects.get(name=app).state == "ready"


def test_by_hand_to_a_failed_backup_in_a_few_clicks(browser: Browser) -> None:
    log_in(browser)
    mouse = Mouse(browser)

    mouse.link("Add an account")
    mouse.type(name="lab", owner_email="owner@example.com")
    mouse.press("Save")

    mouse.link("Buckets")
    mouse.link("Add bucket")
    mouse.type(name="primary", server_url="s3.example.com", bucket_name="primary")
    mouse.press("Save")
    browser.see("#result_list")
    settle()

    mouse.link("Apps")
    mouse.link("Add app")
    mouse.type(name="web-shop")
    mouse.press("Save")
    browser.see("#result_list")
    settle("web-shop")

    mouse.link("web-shop")
    mouse.link("Take a backup now…")
    mouse.pick("outcome", "failed")
    mouse.type(reasons="the volume went away", at_percent="40", hook_title="the hook failed")
    mouse.press("Take backup")
    browser.see("#timeline")
    settle()

    backup = AppBackup.objects.get()
    assert (backup.state, backup.hook_state) == ("failed", "failed")
    assert mouse.clicks <= MOST_CLICKS, mouse.clicks
    assert browser.driver.find_elements(By.LINK_TEXT, "web-shop")
