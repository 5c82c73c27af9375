"""The test kit is tested with itself: one service, started by its plugin."""

from collections.abc import Callable

import pytest
import urllib3

from astra.kit.access import Access

BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}


@pytest.fixture
def back_up(astra_account: Access) -> Callable[[], int]:
    """Ask for a backup of the app web-shop; return the status of the answer."""
    path = f"k8s/v1/apps/{astra_account.app_id('web-shop')}/appBackups"

    def call() -> int:
        return urllib3.request(
            "POST", f"{astra_account.url}/{path}", json=BACKUP, headers=astra_account.headers
        ).status

    return call
