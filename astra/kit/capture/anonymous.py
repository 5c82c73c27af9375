"""Other names for whom and what a scenario is about."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .estate import Item
from .mapping import NO_SOURCE
from .schema import AS_READ, chosen

# What names an item, by its section, with what it is called instead.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "accounts": {"name": "account"},
    "users": {"firstName": "First", "lastName": "Last", "companyName": "company"},
    "ldapUsers": {"firstName": "First", "lastName": "Last", "cn": "person"},
    "ldapGroups": {"cn": "group"},
    "groups": {"name": "group"},
    "credentials": {"name": "credential"},
    "buckets": {"name": "bucket"},
    "clouds": {"name": "cloud"},
    "clusters": {"name": "cluster"},
    "namespaces": {"name": "namespace"},
    "storageBackends": {"backendName": "backend", "backendCredentialsName": "credential"},
    "apps": {"name": "app"},
    "schedules": {"name": "schedule"},
    "snapshots": {"name": "snapshot"},
    "backups": {"name": "backup"},
    "hookSources": {"name": "source"},
    "executionHooks": {"name": "hook"},
    "licenses": {"productSN": "serial"},
}
# Namespaces that every cluster has.
_KEPT = re.compile(r"kube-.*|default|openshift.*|trident|private")
_OWN = "astra.netapp.io/"
_HOST_MEMBERS = re.compile(r"url|host|address|server|endpoint|domain|fqdn|managementip")
_WORD, _WORD_WITH_AT = re.compile(r"[\w.-]++"), re.compile(r"[\w.+@-]++")
_PARTS_OF_NAMES = re.compile(r"\b(?:[cC][nN]|[oO][uU]|[dD][cC]|[oO])=([^,]+)")
_BUCKET_NAMES = ("bucketName", "storageAccount", "containerName")
# What nobody else needs to know is left out altogether.
_DROPPED = (
    *("accountContact", "companyName", "phone", "postalAddress"),
    *("description", "source", "certificates"),
)
# What has no names in it, however it looks.
_VERBATIM = ("id", "createdAt", "modifiedAt", "at", "type", "scenario", "provisioner", "state")
# Sections whose names are the API's own.
_NO_NAMES = ("settings", "features", "packages", "upgrades")


def anonymised(scenario: Item) -> Item:
    """Return a scenario with other e-mails, hosts, names and labels, the same for the same.

    Ids stay; descriptions, contacts, certificates and sources of hooks are left out. What was renamed is
    renamed in texts too, such as reasons.
    """
    others = _Others()
    for each in scenario["accounts"]:
        others.take("accounts", each)
    account: Item = others.put(scenario["accounts"], "accounts")[0]
    return {**scenario, "accounts": [account]}


class _Others:
    """The other names, as they are found."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def take(self, section: str, item: Mapping[str, Any]) -> None:
        """Find what is to be called otherwise in an item of a section."""
        for name, word in _NAMES.get(section, {}).items():
            if isinstance(item.get(name), str):
                self._call(item[name], word)
        for label in item.get("labels", ()):
            if not label["name"].startswith(_OWN):
                self._call(label["name"], "label")
                self._call(label["value"], "value")
        for name, value in item.items():
            if isinstance(value, list) and section_like(value) and name != "labels":
                for each in value:
                    self.take(name, each)
        for name, text in _texts(item):
            self._take_text(name, text)

    def _take_text(self, name: str, text: str) -> None:
        for found in _WORD_WITH_AT.findall(text):
            if _is_email(found := found.rstrip(".-")):
                self._call(found, "user", "@example.com")
        for found in _PARTS_OF_NAMES.findall(text):
            self._call(found, "part")
        if name in _BUCKET_NAMES:
            self._call(text, "bucket")
        if _HOST_MEMBERS.search(name.lower()):
            for found in filter(_is_host, _WORD.findall(text)):
                self._call(found, "host", ".example.com")

    def _call(self, text: str, word: str, end: str = "") -> None:
        if not text or text in self._names or _KEPT.fullmatch(text):
            return
        self._counts[word] = self._counts.get(word, 0) + 1
        self._names[text] = f"{word}-{self._counts[word]}{end}"
        self._pattern = None

    def put(self, value: Any, name: str = "") -> Any:
        """Return a value with the other names in it."""
        if isinstance(value, Mapping):
            return {
                each: inner
                if self._stays(name, each)
                else self.put(inner, name if each == AS_READ else each)
                for each, inner in value.items()
                if each not in _DROPPED
            } | ({"source": NO_SOURCE} if "source" in value else {})
        if isinstance(value, list):
            return [self.put(each, name) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _stays(self, section: str, name: str) -> bool:
        is_own = section in _NO_NAMES and name.lower().endswith("name")
        return is_own or name in _VERBATIM or name in chosen(section)

    def _text(self, text: str) -> str:
        if text in self._names:
            return self._names[text]
        if self._pattern is None:
            # The longest first, as one may be a part of another.
            names = sorted((each for each in self._names if len(each) > 2), key=len, reverse=True)
            self._pattern = re.compile(
                "|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in names)
            )
        return self._pattern.sub(lambda found: self._names[found[0]], text) if self._names else text


def section_like(value: list[Any]) -> bool:
    """Tell whether a list is of items."""
    return bool(value) and all(isinstance(each, Mapping) and "id" in each for each in value)


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for each, inner in value.items():
            if each not in _VERBATIM:
                yield from _texts(inner, each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, name)
    elif isinstance(value, str):
        yield name, value


def _is_email(word: str) -> bool:
    local, _, host = word.partition("@")
    return bool(local and host) and "@" not in host


def _is_host(word: str) -> bool:
    labels = word.split(".")
    return len(labels) > 1 and all(labels) and word.isascii() and "_" not in word
