"""Name, colours and navigation of the admin site: the `UNFOLD` setting.

Only names and strings: what a page shows is known to the app it belongs to.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

NAME = "Astra Simulator"


def _page(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """Return the sidebar's entry for the list of a model, for those who may view it."""

    def may_view(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{model}")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": may_view,
    }


def _static(path: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(path)


def _title(title: str) -> Callable[[HttpRequest], str]:
    # A plain string would be tried as the path of something to import.
    return lambda request: title


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": NAME,
    "SITE_HEADER": NAME,
    "SITE_SUBHEADER": "Control room",
    "SITE_ICON": _static("adminsite/mark.svg"),
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _static("adminsite/mark.svg")}
    ],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "STYLES": [_static("adminsite/astra.css")],
    "DASHBOARD_CALLBACK": "backups.admin.dashboard.page.fill",
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 240)",
            "100": "oklch(93.6% .032 241)",
            "200": "oklch(88.5% .062 243)",
            "300": "oklch(80.8% .105 245)",
            "400": "oklch(70.7% .145 248)",
            "500": "oklch(62.3% .175 252)",
            "600": "oklch(54.6% .190 256)",
            "700": "oklch(48.8% .175 258)",
            "800": "oklch(42.4% .145 260)",
            "900": "oklch(37.9% .115 261)",
            "950": "oklch(28.2% .085 263)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": True,
        "navigation": [
            {
                "items": [
                    {"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}
                ],
            },
            {
                "title": "Protection",
                "separator": True,
                "items": [
                    _page("Backups", "backup", "backups", "appbackup"),
                    _page("Snapshots", "photo_camera", "backups", "snapshot"),
                    _page("Apps", "deployed_code", "backups", "app"),
                    _page("Buckets", "database", "backups", "bucket"),
                    _page("Schedules", "calendar_month", "backups", "schedule"),
                    _page("App assets", "widgets", "backups", "appasset"),
                ],
            },
            {
                "title": "Accounts",
                "separator": True,
                "items": [
                    _page("Accounts", "domain", "accounts", "account"),
                    _page("Users", "group", "accounts", "user"),
                    _page("Role bindings", "badge", "accounts", "rolebinding"),
                    _page("Tokens", "key", "accounts", "token"),
                ],
            },
            {
                "title": "Simulation",
                "separator": True,
                "items": [
                    _page("Transitions", "timeline", "engine", "transition"),
                    _page("Journal", "receipt_long", "journal", "journalentry"),
                    _page("Fault rules", "bolt", "faults", "faultrule"),
                    _page("Scenarios", "movie", "scenarios", "seededscenario"),
                    _page("Checkpoints", "save", "isolation", "checkpoint"),
                ],
            },
            {
                "title": "Site",
                "separator": True,
                "items": [
                    _page("Administrators", "shield_person", "auth", "user"),
                    {
                        "title": "API documentation",
                        "icon": "menu_book",
                        "link": reverse_lazy("openapi-page"),
                    },
                ],
            },
        ],
    },
}
