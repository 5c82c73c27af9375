"""What a call costs among a million backups, and among a thousand.

`python -m benchmarks.large [--backups 1000000] [--apps 1000] [--calls 200]`
"""

import argparse
import http.client
import json
import statistics
import time
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks.running import Service, service

SMALL = {"backups": 1000, "apps": 10}
OWNER = "owner@large.example.com"
BACKUP = {"type": "application/astra-appBackup", "version": "1.1"}
ALL = "topology/v1/appBackups"
# These are linear in the number of rows, and slow enough to be asked seldom.
LINEAR = ("count", "skip half", "order by bytes", "order by percent")
LINEAR_CALLS = 5


class Caller:
    """One connection of the owner."""

    def __init__(self, running: Service) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(running.base).netloc, timeout=300)
        token = running.manage("createtoken", OWNER).strip().splitlines()[-1].split()[-1]
        self._headers = {"Authorization": f"Bearer {token}"}
        (account,) = running.manage("shell", "-v", "0", "-c", _ACCOUNT).split()
        self._base = f"/accounts/{account}"

    def call(self, path: str, body: object = None) -> Any:
        """Return the JSON of a call below the account: a POST if there is a body."""
        self._connection.request(
            "GET" if body is None else "POST",
            f"{self._base}/{path}",
            None if body is None else json.dumps(body),
            self._headers,
        )
        response = self._connection.getresponse()
        content = response.read()
        assert response.status < 300, (path, response.status, content)
        return json.loads(content)

    def milliseconds(self, calls: int, path: str, body: object = None) -> float:
        """Return the median of as many calls, after one that does not count."""
        taken = []
        for _ in range(calls + 1):
            start = time.perf_counter()
            self.call(path, body)
            taken.append(1000 * (time.perf_counter() - start))
        return statistics.median(taken[1:])


_ACCOUNT = (
    f"from astra.accounts.models import User; print(User.objects.get(email='{OWNER}').account_id)"
)


def measure(backups: int, apps: int, calls: int) -> tuple[float, dict[str, float]]:
    """Return the seconds that seeding takes, and milliseconds by what is asked."""
    with service() as running:
        start = time.perf_counter()
        running.manage("seed", "large", "--set", f"backups={backups}", "--set", f"apps={apps}")
        seconds = time.perf_counter() - start
        caller = Caller(running)
        some = caller.call(f"{ALL}?limit=1&skip={backups // 2}")["items"][0]
        app = caller.call("k8s/v2/apps?limit=1&filter=" + quote("state eq 'ready'"))["items"][0]
        own = f"k8s/v1/apps/{app['id']}/appBackups"
        paths = {
            "page": f"{ALL}?limit=50",
            "page of an app": f"{own}?limit=50",
            "by state": f"{ALL}?limit=50&filter=" + quote("state eq 'failed'"),
            "by name": f"{ALL}?filter=" + quote(f"name eq '{some['name']}'"),
            "by label": f"{ALL}?limit=50&filter=" + quote("metadata.labels[*].value eq 'silver'"),
            "retrieve": f"{ALL}/{some['id']}",
            "count": f"{ALL}?limit=50&count=true",
            "skip half": f"{ALL}?limit=50&skip={backups // 2}",
            "order by bytes": f"{ALL}?limit=50&orderBy=totalBytes",
            "order by percent": f"{ALL}?limit=50&orderBy=percentDone%20desc",
        }
        times = {
            name: caller.milliseconds(LINEAR_CALLS if name in LINEAR else calls, path)
            for name, path in paths.items()
        }
        times["create"] = caller.milliseconds(calls, own, BACKUP)
        return seconds, times


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backups", type=int, default=1_000_000)
    parser.add_argument("--apps", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()
    _, small = measure(SMALL["backups"], SMALL["apps"], options.calls)
    seconds, large = measure(options.backups, options.apps, options.calls)
    print(f"seeding {options.backups} backups: {seconds:.0f} s")
    print(f"{'ms':18}{SMALL['backups']:>10}{options.backups:>10}{'ratio':>8}")
    for name, few in small.items():
        print(f"{name:18}{few:10.2f}{large[name]:10.2f}{large[name] / few:8.2f}")


if __name__ == "__main__":
    main()
