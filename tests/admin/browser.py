"""Debian's chromium, driven like a person drives it: for tests, and for the pictures in the docs."""

import shutil
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as arrives
from selenium.webdriver.support.ui import Select, WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SECONDS = 30
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)


def start_chromium(profile: Path) -> webdriver.Chrome:
    """A browser without a window and without a past."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))


class Browser:
    """What a person does with a browser, waiting until the page is there."""

    def __init__(self, driver: webdriver.Chrome, home: str) -> None:
        self.driver = driver
        self.home = home
        # A page that is just being left may still answer.
        self.patience = WebDriverWait(
            driver, SECONDS, 0.05, ignored_exceptions=(StaleElementReferenceException,)
        )

    def forget(self) -> None:
        """Be as new: on no page, logged in nowhere, of the usual size."""
        self.driver.get("about:blank")
        forgotten = {"origin": self.home, "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", forgotten)
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.get_log("browser")  # type: ignore[no-untyped-call]

    def go(self, path: str) -> None:
        self.driver.get(self.home + path)

    def see(self, selector: str) -> WebElement:
        found: WebElement = self.patience.until(
            arrives.visibility_of_element_located((By.CSS_SELECTOR, selector))
        )
        return found

    def click_on(self, text: str) -> None:
        link = self.patience.until(arrives.element_to_be_clickable((By.PARTIAL_LINK_TEXT, text)))
        link.click()

    def press(self, text: str) -> None:
        path = f"//button[normalize-space()='{text}']"
        self.patience.until(arrives.element_to_be_clickable((By.XPATH, path))).click()

    def type_in(self, name: str, text: str) -> None:
        field = self.see(f"[name='{name}']")
        field.clear()
        field.send_keys(text)

    def width_of_page(self) -> int:
        return int(self.driver.execute_script("return document.documentElement.scrollWidth"))

    def choose(self, name: str, text: str) -> None:
        """Find a record by typing in a field that offers what it finds."""
        self.see(f"[name='{name}'] + .select2 .select2-selection").click()
        self.see(".select2-search__field").send_keys(text)
        path = f"//li[contains(@class, 'select2-results__option') and contains(., '{text}')]"
        self.patience.until(arrives.element_to_be_clickable((By.XPATH, path))).click()

    def select(self, name: str, value: str) -> None:
        option = f"[name='{name}'] option[value='{value}']"
        self.see(option).click()

    def pick(self, selector: str, text: str) -> None:
        """Choose an option by what it says."""
        Select(self.see(selector)).select_by_visible_text(text)

    def set_size(self, width: int, height: int, *, scale: float = 1) -> None:
        metrics: dict[str, Any] = {"deviceScaleFactor": scale, "mobile": width < 1000}
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, **metrics}
        )
