"""Back up an app and wait for the end.

    python backup.py web-shop --config config.yaml

Exit codes: 0 the backup is completed, 1 it ended otherwise, 2 the service refuses, 3 there is no
answer or no end in time.
"""

import argparse
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests
import urllib3
import yaml
from requests.adapters import HTTPAdapter

COMPLETED, ENDED_OTHERWISE, REFUSED, TOO_LATE = range(4)
BACKUP = "application/astra-appBackup"
IN_PROGRESS = "https://astra.netapp.io/problems/107"
UNDER_WAY = ("pending", "discovering", "running")


class RefusedError(Exception):
    """The service refuses; the text says why."""


class Astra:
    """The API, as one account sees it."""

    def __init__(self, config: dict[str, Any], *, timeout_seconds: float) -> None:
        self._base = f"https://{config['astra_project']}/accounts/{config['uid']}"
        # Said with each call: `REQUESTS_CA_BUNDLE` would have its way over the session.
        self._always = {"verify": config["verifySSL"], "timeout": timeout_seconds}
        self._session = requests.Session()
        self._session.headers.update(config["headers"])
        # Too many requests, or no service for now: nothing was done, so ask again when it says.
        retry = urllib3.Retry(
            total=5,
            read=0,
            backoff_factor=1,
            status_forcelist=(429, 503),
            allowed_methods=None,
            raise_on_status=False,
        )
        self._session.mount("https://", HTTPAdapter(max_retries=retry))

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON of the answer. Raises `RefusedError`."""
        answer = self._session.request(method, f"{self._base}/{path}", **self._always, **options)
        if answer.ok:
            return answer.json()
        problem = answer.json()
        reasons = [field["reason"] for field in problem.get("invalidFields", [])]
        text = " ".join([f"{answer.status_code} {problem['title']}:", problem["detail"], *reasons])
        raise RefusedError(text) if problem["type"] != IN_PROGRESS else BusyError(text)


class BusyError(RefusedError):
    """Another backup of the app is in progress; this one can be made after it."""


def app_id(astra: Astra, name: str) -> str:
    """Return the id of the app of that name."""
    apps = astra.call("GET", "k8s/v2/apps", params={"filter": f"name eq '{name}'"})["items"]
    if not apps:
        raise RefusedError(f"there is no app {name}")
    return str(apps[0]["id"])


def back_up(astra: Astra, options: argparse.Namespace) -> int:
    """Make the backup, wait for its end, and return the exit code."""
    deadline = monotonic() + options.timeout
    path = f"k8s/v1/apps/{app_id(astra, options.app)}/appBackups"
    body = {"type": BACKUP, "version": "1.1"} | ({"name": options.name} if options.name else {})
    backup: dict[str, Any] | None = None
    while backup is None or backup["state"] in UNDER_WAY:
        if monotonic() > deadline:
            state = "not begun" if backup is None else backup["state"]
            print(f"the backup is {state} after {options.timeout:g} s", file=sys.stderr)
            return TOO_LATE
        try:
            if backup is None:
                backup = astra.call(
                    "POST", path, json=body, headers={"Content-Type": BACKUP + "+json"}
                )
            else:
                backup = astra.call("GET", f"{path}/{backup['id']}")
        except BusyError as error:
            print(f"waiting: {error}", file=sys.stderr)
        sleep(options.poll)
    if backup["state"] == "completed":
        print(f"{backup['name']}: completed, {backup['totalBytes']} bytes")
        return COMPLETED
    print(
        f"{backup['name']}: {backup['state']}: {' '.join(backup['stateUnready'])}", file=sys.stderr
    )
    return ENDED_OTHERWISE


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description="Back up an app and wait for the end.")
    parser.add_argument("app", help="the app's name")
    parser.add_argument("--name", help="the backup's name; given by the service if absent")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--poll", type=float, default=5.0, help="seconds between two looks")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for all of it")
    parser.add_argument("--request-timeout", type=float, default=30.0, help="seconds for an answer")
    options = parser.parse_args(arguments)
    config = yaml.safe_load(options.config.read_text())
    if not config["verifySSL"]:
        urllib3.disable_warnings()
    try:
        return back_up(Astra(config, timeout_seconds=options.request_timeout), options)
    except RefusedError as error:
        print(f"refused: {error}", file=sys.stderr)
        return REFUSED
    except requests.RequestException as error:
        print(f"no answer: {error}", file=sys.stderr)
        return TOO_LATE


if __name__ == "__main__":
    sys.exit(main())
