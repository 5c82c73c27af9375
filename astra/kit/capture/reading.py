"""Reading an account by GETs alone: as slowly as it should be, and again where that may help.

What was read is kept in a file beside the one to be written, a line for each collection, until all is.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import urllib3

from ..errors import ProblemError, UnreachableError
from ..transport import document_of
from .estate import Answer, Estate
from .schema import Section, inner_sections
from .special import FURTHER, GROUP_USERS

_PAGE = 200
_TRIES = 5
_AGAIN = (429, 502, 503, 504)
# Without a token all others would be refused, too.
_HOPELESS = (401,)
_ACCOUNTS = "accounts"


class Reader:
    """Sends GETs. ``per_second``: how many at most; ``told``: what it is told before each."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        per_second: float,
        verifies: bool = True,
        ca_file: str | None = None,
        told: Callable[[str], object] = lambda path: None,
    ) -> None:
        """Keep the address; nothing is sent yet."""
        self.base_url = base_url.rstrip("/")
        self.instant = datetime.min.replace(tzinfo=UTC)
        self.is_simulated = False
        self._headers = {**headers, "Accept": "application/json"}
        self._seconds = 1 / per_second
        self._next = 0.0
        self._told = told
        if not verifies:
            # Whoever configured that knows.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        checks = "CERT_REQUIRED" if verifies else "CERT_NONE"
        self._pool = urllib3.PoolManager(cert_reqs=checks, ca_certs=ca_file, retries=False)

    def items(self, path: str) -> list[Answer]:
        """Return the items of a collection, page by page. Raises as `get`."""
        items: list[Answer] = []
        token = ""
        while True:
            more = f"&continue={quote(token, safe='')}" if token else ""
            page = self.get(f"{path}?limit={_PAGE}{more}")
            items += page.get("items", [])
            token = page.get("metadata", {}).get("continue", "")
            if not token:
                return items

    def get(self, path: str) -> Any:
        """Return the document at a path, asked again a few times where that may help.

        Raises `ProblemError` for a refusal, `UnreachableError` where no answer comes.
        """
        self._told(path.partition("?")[0])
        for attempt in range(_TRIES):
            self._wait()
            try:
                answer = self._pool.request(
                    "GET", f"{self.base_url}/{path}", headers=self._headers, timeout=60.0
                )
            except urllib3.exceptions.HTTPError as error:
                if attempt + 1 == _TRIES:
                    raise UnreachableError(f"{self.base_url} does not answer: {error}") from error
                self._pause(2.0**attempt)
                continue
            if answer.status in _AGAIN and attempt + 1 < _TRIES:
                self._pause(_after(answer.headers.get("Retry-After"), 2.0**attempt))
                continue
            if answer.status != 200:
                raise ProblemError(answer.status, document_of(answer.data))
            self._note(answer.headers)
            return json.loads(answer.data)
        raise AssertionError

    def _note(self, headers: Mapping[str, str]) -> None:
        self.is_simulated = self.is_simulated or "X-Astra-Simulator" in headers
        if "Date" in headers:
            self.instant = max(self.instant, parsedate_to_datetime(headers["Date"]))

    def _wait(self) -> None:
        now = monotonic()
        if self._next > now:
            sleep(self._next - now)
        self._next = max(self._next, now) + self._seconds

    def _pause(self, seconds: float) -> None:
        self._next = monotonic() + seconds


class Progress:
    """What was read so far, in a file; it is there again when the same is asked for once more."""

    def __init__(self, file: Path | None) -> None:
        """Read what an attempt that was broken off has left."""
        self._file = file
        self._read: dict[str, Any] = {}
        if file is not None and file.exists():
            for line in file.read_text().splitlines():
                # The last line may have been cut off.
                try:
                    url, found = json.loads(line)
                except ValueError:
                    break
                self._read[url] = found

    def once(self, url: str, read: Callable[[], Any]) -> Any:
        """Return what was read of an address, now or before."""
        if url not in self._read:
            self._read[url] = read()
            if self._file is not None:
                self._file.touch(mode=0o600)
                with self._file.open("a") as file:
                    file.write(json.dumps([url, self._read[url]]) + "\n")
        return self._read[url]

    def forget(self) -> None:
        """Remove the file: all is read."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


class Reading:
    """One pass over an account. ``reader`` is for the whole service.

    ``refused`` says afterwards what could not be read, and why, by path.
    """

    def __init__(self, reader: Reader, account_id: str, progress: Progress) -> None:
        """Begin with nothing."""
        self.refused: dict[str, str] = {}
        self._reader = reader
        self._account_id = account_id
        self._root = f"{_ACCOUNTS}/{account_id}"
        self._progress = progress
        self._estate = Estate({"id": account_id, "name": "captured", "metadata": {}})

    def read(self) -> Estate:
        """Return what the account has.

        Raises `ProblemError` where the token is not good, and `UnreachableError`.
        """
        estate = self._estate
        for each in self._items(_ACCOUNTS):
            if each.get("id") == self._account_id:
                estate.account = each
        self._go_into(_ACCOUNTS, None)
        for name, path in FURTHER.items():
            estate.add(name, self._items(f"{self._root}/{path}"), None)
        for group in estate.of("groups"):
            inside = self._items(f"{self._root}/{GROUP_USERS.format(id=group['id'])}")
            estate.inside[str(group["id"])] = [str(each.get("authID", "")) for each in inside]
        return estate

    def _go_into(self, name: str, parent: str | None) -> None:
        for inner in inner_sections(name):
            if inner.path is None:
                # No resource itself; what is in it is of the account.
                self._go_into(inner.name, None)
            else:
                self._take(inner, inner.path, parent)

    def _take(self, of: Section, path: str, parent: str | None) -> None:
        if parent is not None:
            path = re.sub(r"\{\w+\}", parent, path)
        answers = self._items(f"{self._root}/{path}")
        self._estate.add(of.name, answers, parent)
        if of.inner:
            for each in answers:
                self._go_into(of.name, str(each["id"]))

    def _items(self, path: str) -> list[Answer]:
        try:
            url = f"{self._reader.base_url}/{path}"
            found: list[Answer] = self._progress.once(url, lambda: self._reader.items(path))
        except ProblemError as problem:
            if problem.status in _HOPELESS:
                raise
            self.refused[path] = str(problem)
            return []
        return found


def _after(said: str | None, usual: float) -> float:
    return float(said) if said and said.isdecimal() else usual
