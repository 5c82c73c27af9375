"""Name and colours of the admin site: the `UNFOLD` setting.

What the sidebar and the first page hold is registered by the apps it is of.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

from astra.adminsite.navigation import navigation

NAME = "Astra Simulator"


def _static(path: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(path)


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
    "SCRIPTS": [_static("adminsite/astra.js")],
    "DASHBOARD_CALLBACK": "astra.adminsite.navigation.fill_overview",
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
        "navigation": navigation,
    },
}
