"""Takes the pictures of `docs/admin.md` from a running service with an empty database.

ASTRA_START_SCENARIO= ASTRA_ADMIN_PASSWORD=secret python manage.py serve
python -m docs.pictures.take http://127.0.0.1:8000 secret
pngquant --force --ext .png --strip docs/pictures/*.png
"""

import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.admin.browser import Browser, start_chromium

FOLDER = Path(__file__).parent
# What the browser shows, and what fraction of it the picture is wide.
WIDTH = 1440
SCALE = 1200 / WIDTH


class Photographer:
    """Walks through the story and presses the button."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        browser.set_size(WIDTH, 700)

    def take(self, name: str, height: int = 700, width: int = WIDTH) -> None:
        """Keep a picture of what is to be seen."""
        self.browser.set_size(width, height, scale=SCALE if width == WIDTH else 1)
        self.browser.driver.execute_script("document.activeElement.blur()")
        self.browser.see("#main")
        self.browser.driver.save_screenshot(str(FOLDER / f"{name}.png"))

    def log_in(self, password: str) -> None:
        """From the login to the overview of an empty database."""
        self.browser.go("/admin/")
        self.browser.type_in("username", "admin")
        self.browser.type_in("password", password)
        self.browser.press("Log in arrow_forward")
        self.browser.see(".astra-tiles")
        self.take("overview-empty", 480)

    def make_account(self) -> None:
        """An account with its owner, and a token."""
        self.browser.click_on("Add an account")
        self.browser.type_in("name", "lab")
        self.browser.type_in("owner_email", "owner@example.com")
        self.take("account-add", 640)
        self.save()
        self.browser.click_on("Users")
        self.browser.click_on("owner@example.com")
        self.browser.click_on("Create token…")
        self.browser.press("Create token")
        self.browser.see(".astra-secret")
        self.take("token", 420)

    def make_bucket_and_app(self) -> None:
        """Where backups go, and what they are of."""
        self.browser.go("/admin/backups/bucket/add/")
        self.browser.choose("account", "lab")
        self.browser.type_in("name", "primary")
        self.browser.select("provider", "generic-s3")
        self.browser.type_in("server_url", "s3.example.com")
        self.browser.type_in("bucket_name", "primary")
        self.take("bucket-add", 900)
        self.save()
        self.browser.go("/admin/backups/app/add/")
        self.browser.choose("account", "lab")
        self.browser.type_in("name", "web-shop")
        self.browser.type_in("size_bytes", "20 GiB")
        self.save()
        self.wait_for_state("app", "web-shop", "ready")

    def save(self) -> None:
        """Send a form and wait for the list that comes back."""
        self.browser.press("Save")
        self.browser.see("#result_list")

    def wait_for_state(self, kind: str, name: str, state: str) -> None:
        """Look at a list until the record has come to the state."""

        def has_come(driver: object) -> bool:
            self.browser.go(f"/admin/backups/{kind}/?q={name}")
            return state in self.browser.see("#result_list").text

        self.browser.patience.until(has_come)

    def take_backup(self) -> None:
        """A backup that will fail, watched until it does."""
        self.browser.click_on("web-shop")
        self.browser.click_on("Take a backup now…")
        self.browser.select("outcome", "failed")
        self.browser.type_in("reasons", "volume snapshot timed out after 300 s")
        self.browser.type_in("at_percent", "40")
        self.browser.type_in("hook_title", "pre-snapshot hook failed")
        self.browser.type_in("hook_detail", "exit status 1: mysqldump: Got error 2002")
        self.take("take-backup", 900)
        self.browser.press("Take backup")
        self.browser.see("#timeline li:nth-child(3):not(.astra-ahead)")
        self.take("backup-running", 820)
        self.browser.see("#timeline li.astra-bad:not(.astra-ahead)")
        self.take("backup-failed", 820)

    def fail_from_the_list(self) -> None:
        """Another backup, failed from the list."""
        self.browser.go("/admin/backups/app/?q=web-shop")
        self.browser.click_on("web-shop")
        self.browser.click_on("Take a backup now…")
        self.browser.press("Take backup")
        self.browser.click_on("Backups")
        self.browser.see("#result_list tbody tr:first-child input.action-select").click()
        self.browser.select("action", "fail")
        self.take("backups", 480)
        self.browser.press("Run")
        self.browser.type_in("reason", "the volume went away")
        self.take("fail", 640)
        self.browser.press("Fail")

    def make_rule(self) -> None:
        """A rule by which the next backups fail."""
        self.browser.go(
            "/admin/faults/faultrule/add/?match_operation=appBackup.create&match_next=3"
        )
        self.browser.choose("account", "lab")
        self.browser.type_in("name", "the next three fail")
        self.browser.select("effect", "backup-fail")
        self.browser.type_in("backup-fail__reasons", "Disk full.")
        self.take("fault-rule", 1100)

    def look_at_a_scenario(self) -> None:
        """What the demo would do."""
        self.browser.go("/admin/scenarios/seededscenario/seed/")
        self.browser.press("Show what it will do")
        self.browser.see("#report")
        self.take("seed", 820)
        self.browser.press("Load it")
        self.browser.see("#result_list")

    def look_around(self) -> None:
        """The control room while backups run, on a desk and on a phone."""
        self.browser.go("/admin/")
        self.browser.see("#overview-account")
        self.browser.pick("#overview-account", "main")
        self.browser.see("#clock-moves")
        account = parse_qs(urlsplit(self.browser.driver.current_url).query)["account"][0]
        self.browser.go(f"/admin/backups/app/?account__id__exact={account}&state=ready")
        self.browser.see("#action-toggle").click()
        self.browser.select("action", "back_up")
        self.browser.press("Run")
        self.browser.press("Take backup")
        self.browser.see("#result_list")
        self.browser.go(f"/admin/?account={account}&range=week")
        self.browser.see("#live-under_way li:nth-child(3) .astra-progress")
        self.take("overview", 1560)
        self.take("phone", 1500, 390)


def main(home: str, password: str) -> None:
    """Take all pictures, in the order of the story."""
    with tempfile.TemporaryDirectory() as profile:
        driver = start_chromium(Path(profile))
        try:
            photographer = Photographer(Browser(driver, home))
            photographer.log_in(password)
            photographer.make_account()
            photographer.make_bucket_and_app()
            photographer.take_backup()
            photographer.fail_from_the_list()
            photographer.make_rule()
            photographer.look_at_a_scenario()
            photographer.look_around()
        finally:
            driver.quit()


if __name__ == "__main__":
    main(*sys.argv[1:3])
