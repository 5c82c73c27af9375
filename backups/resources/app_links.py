"""The `links` of an app: what can be done with it. Source: section 7 of `appbackup.md`."""

from typing import Any

from astra.api import fields
from astra.api.serializers import ClosedSerializer
from backups import kinds
from backups.lifecycle import READY
from backups.models import App

LINKED = (kinds.APP, kinds.APP_BACKUP, kinds.APP_SNAP)


class LinkHints(ClosedSerializer):
    """`hints` of a link."""

    allow = fields.UniqueListField(child=fields.EnumField(["POST", "GET", "PUT", "DELETE"]))
    permissions = fields.UniqueListField(
        child=fields.StrictCharField(pattern="^([a-z]([a-zA-Z])*)(-[a-z]([a-zA-Z])*){1,2}$")
    )


class Link(ClosedSerializer):
    """`type_astra_link`."""

    rel = fields.EnumField(["related"])
    href = fields.StrictCharField(pattern="^(/([-0-9a-zA-Z])+)+$")
    type = fields.EnumField([kind.type for kind in LINKED])
    title = fields.StrictCharField(min_length=1, max_length=1023)
    hints = LinkHints()


def app_links(app: App) -> list[dict[str, Any]]:
    """Return the links; an empty `allow` says that the app does not permit it now."""
    account = f"/accounts/{app.account_id}"
    path = f"{account}/k8s/v1/apps/{app.id}"
    ready = app.state == READY
    post = ["POST"] if ready else []
    put = ["PUT"] if ready else []
    backup, snap, itself = kinds.APP_BACKUP, kinds.APP_SNAP, kinds.APP
    return [
        _link(f"{path}/appBackups", backup.type, "disruptiveBackup", [], "appBackup-create"),
        _link(f"{path}/appBackups", backup.type, "nonDisruptiveBackup", post, "appBackup-create"),
        _link(f"{account}/k8s/v2/apps", itself.type, "restore", post, "app-create"),
        _link(f"{path}/appSnaps", snap.type, "snapshot", post, "appSnap-create"),
        _link(f"{account}/k8s/v2/apps", itself.type, "clone", post, "app-create"),
        _link(f"{account}/k8s/v2/apps/{app.id}", itself.type, "inPlaceRestore", put, "app-update"),
    ]


def _link(href: str, kind: str, title: str, allow: list[str], permission: str) -> dict[str, Any]:
    hints = {"allow": allow, "permissions": [permission]}
    return {"rel": "related", "href": href, "type": kind, "title": title, "hints": hints}
