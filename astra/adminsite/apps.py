"""The admin site as Django apps: Django's own with our site, and what is ours of it."""

from django.apps import AppConfig
from django.contrib.admin import apps as contrib


class AstraAdminConfig(contrib.SimpleAdminConfig):
    """`django.contrib.admin`, with our site as its default one.

    What the site shows is found when the URLs are loaded: supervisor and worker have none.
    """

    default = False
    default_site = "astra.adminsite.site.AstraAdminSite"


class AdminSiteConfig(AppConfig):
    """Templates, styles and base classes; no models."""

    default = True
    name = "astra.adminsite"
    label = "adminsite"

    def ready(self) -> None:
        """Register the page that no model has."""
        from astra.adminsite.navigation import SITE, Entry, register_entries

        page = "openapi-page"
        register_entries(Entry(SITE, 90, "API documentation", "menu_book", page=page))
