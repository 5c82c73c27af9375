"""What scenarios say otherwise than answers, by section."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .estate import Answer, Estate, Item

# What is read beside the sections, and by which path.
FURTHER = {
    "entitlements": "core/v1/entitlements",
    "volumes": "topology/v1/volumes",
}
GROUP_USERS = "core/v1/groups/{id}/users"
_LDAP = "astra.account.ldap"
# A member that an item has not, whatever answers say.
LEFT_OUT = object()
_OVER = ("failed", "removed", "unknown")


def _made(answer: Answer) -> Any:
    return answer["metadata"]["creationTimestamp"]


def _of_user(estate: Estate, answer: Answer) -> Item:
    """Return the role of a user: that of its first binding."""
    for each in estate.of("roleBindings"):
        if each.get("userID") == answer["id"]:
            return {"role": each["role"]}
    return {"role": "viewer"}


def _of_app(estate: Estate, answer: Answer) -> Item:
    """Return the size of an app: what its volumes hold, else the largest of its backups."""
    used = [each["used"] for each in estate.of("volumes") if answer["id"] in each["appsUsing"]]
    backups = [each.get("totalBytes", 0) for each in estate.of("backups", answer["id"])]
    size = sum(used) or max(backups, default=0)
    return {"size": size} if size else {}


def _of_backup(estate: Estate, answer: Answer) -> Item:
    """Return the snapshot of a backup where no answer names it, and how far it got before it failed."""
    said: Item = {}
    parent = estate.parents[answer["id"]]
    own = [each for each in estate.of("snapshots", parent) if _made(each) == _made(answer)]
    there = {each["id"] for each in estate.of("snapshots", parent)}
    if answer.get("snapshotID") in there:
        if answer["snapshotID"] in {each["id"] for each in own}:
            said["ownsSnapshot"] = True
    elif answer["state"] in (*_OVER, "completed"):
        said["snapshot"] = None
    elif own:
        said |= {"snapshot": own[0]["name"], "ownsSnapshot": True}
    if answer["state"] in _OVER and "backupCreationTimestamp" not in answer:
        said["from"] = "discovering" if "hookState" in answer else "pending"
    return said


def _of_license(estate: Estate, answer: Answer) -> Item:
    """Return the ids of what a licence yields."""
    said: Item = {}
    for each in estate.of("entitlements"):
        if each.get("sourceLicense") == answer["id"]:
            said["entitlementID"] = each["id"]
    for each in estate.of("subscriptions"):
        if each.get("licenseSN") == answer.get("productSN"):
            said["subscriptionID"] = each["id"]
    return said


def _of_mirror(estate: Estate, answer: Answer) -> Item:
    """Return the last transfer of a mirror; there is no app at its end before it is established."""
    said: Item = {"destinationApp": LEFT_OUT} if answer.get("state") == "establishing" else {}
    for each in answer.get("stateDetails", ()):
        transfer = each.get("additionalDetails", {})
        if {"startTime", "completionTime", "snapshotID"} <= transfer.keys():
            said["lastTransfer"] = {
                name: transfer[name] for name in ("startTime", "completionTime", "snapshotID")
            }
    return said


SPECIAL: Mapping[str, Callable[[Estate, Answer], Item]] = {
    "users": _of_user,
    "apps": _of_app,
    "backups": _of_backup,
    "licenses": _of_license,
    "mirrors": _of_mirror,
}


def directories(estate: Estate, mapped: Callable[[str], list[Item]]) -> list[Item]:
    """Return the directory of the account, with its users, and its groups with who is in them.

    A group of the account that no directory is known to have is put into it: a scenario needs that.
    """
    host = next(
        (
            each["currentConfig"].get("connectionHost")
            for each in estate.of("settings")
            if each["name"] == _LDAP and each.get("currentConfig")
        ),
        None,
    )
    groups, users = mapped("ldapGroups"), mapped("ldapUsers")
    known = {each["dn"]: each for each in groups}
    for group in estate.of("groups"):
        name = group.get("authID")
        if name and name not in known:
            known[name] = {"cn": _common_name(name), "dn": name}
            groups.append(known[name])
        if name:
            known[name]["members"] = [each for each in estate.inside[group["id"]] if each]
    if not groups and not users:
        return []
    return [{"host": host or "ldap.example.com", "ldapUsers": users, "ldapGroups": groups}]


def _common_name(name: str) -> str:
    found = re.match(r"cn=([^,]+)", name, re.IGNORECASE)
    return found[1] if found else name


def yielded(estate: Estate, name: str, answer: Answer) -> bool:
    """Tell whether something comes with a licence, and so is no item of its own."""
    if name != "subscriptions":
        return False
    return answer.get("licenseSN") in {each.get("productSN") for each in estate.of("licenses")}
