"""What a new account costs: alone, and while many tests each live in one of their own.

`python -m benchmarks.accounts [--clients 200] [--rounds 2]`
"""

import argparse
import http.client
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from benchmarks.running import service

ALONE = 100
BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}
Times: TypeAlias = "dict[str, list[float]]"


class Client:
    """One connection, as a test has it."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=120)
        self.times: Times = {}

    def call(self, what: str, method: str, path: str, token: str, body: Any = None) -> Any:
        """Return the JSON answer; note how long it took."""
        headers = {"Authorization": f"Bearer {token}"}
        sent = None if body is None else json.dumps(body)
        start = time.perf_counter()
        self._connection.request(method, path, sent, headers)
        response = self._connection.getresponse()
        content = response.read()
        self.times.setdefault(what, []).append(time.perf_counter() - start)
        assert response.status < 300, (method, path, response.status, content)
        return json.loads(content) if content else None


def live(address: str, control: str, rounds: int) -> Times:
    """Do as a test does: an account of one's own, a backup, time, a look, a reset, gone."""
    client = Client(address)
    for _ in range(rounds):
        made = client.call("new", "POST", "/simulator/v1/accounts", control, {"ttl": "10m"})
        own, token = f"/simulator/v1/accounts/{made['id']}", made["token"]
        base = f"/accounts/{made['id']}"
        app = made["apps"][0]["id"]
        client.call("backup", "POST", f"{base}/k8s/v1/apps/{app}/appBackups", token, BACKUP)
        client.call("advance", "POST", f"{own}/clock/advance", control, {"by": "PT1M"})
        seen = client.call("list", "GET", f"{base}/topology/v1/appBackups", token)["items"]
        assert [item["state"] for item in seen] == ["completed"]
        client.call("save", "POST", f"{own}/checkpoints", control, {"name": "a"})
        client.call("restore", "POST", f"{own}/checkpoints/a/restore", control)
        client.call("reset", "POST", f"{own}/reset", control)
        assert client.call("list", "GET", f"{base}/topology/v1/appBackups", token)["items"] == []
        client.call("delete", "DELETE", own, control)
    return client.times


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with service() as running:
        address, control = urlsplit(running.base).netloc, running.control_token
        live(address, control, 10)
        report("alone", [live(address, control, ALONE)])
        start = time.perf_counter()
        with ThreadPoolExecutor(options.clients) as pool:
            done = pool.map(
                lambda _: live(address, control, options.rounds), range(options.clients)
            )
            times = list(done)
        lives = options.clients * options.rounds
        seconds = time.perf_counter() - start
        report(f"{options.clients} at once, {lives / seconds:.1f} tests a second", times)


def report(title: str, times: list[Times]) -> None:
    """Print the latencies of each call, in milliseconds."""
    print(f"{title}\n{'':10}{'calls':>8}{'p50':>10}{'p95':>10}{'most':>10}")
    for what in times[0]:
        all_of_it = sorted(seconds * 1000 for one in times for seconds in one[what])
        share = all_of_it[int(len(all_of_it) * 0.95)]
        middle = statistics.median(all_of_it)
        print(f"{what:10}{len(all_of_it):8}{middle:10.1f}{share:10.1f}{all_of_it[-1]:10.1f}")


if __name__ == "__main__":
    main()
