"""The Kubernetes objects of apps on the admin site, to look at."""

from django.contrib import admin
from django.utils.safestring import SafeString

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter
from backups.models import AppAsset


@admin.register(AppAsset)
class AppAssetAdmin(AccountColumns[AppAsset]):
    """What an app consists of; it follows from the app's namespaces."""

    list_display = ("asset_name", "asset_type", "namespace", "app_cell", "account_cell")
    list_filter = (("account", AutocompleteSelectFilter), ("app", AutocompleteSelectFilter))
    list_select_related = ("account", "app")
    search_fields = ("asset_name", "namespace")
    search_help_text = "Search by name, namespace, or the id of an asset or app"
    search_ids = ("app_id",)
    ordering = ("id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "id_cell",
                    "asset_name",
                    "asset_type",
                    "namespace",
                    "app_cell",
                    "account_cell",
                )
            },
        ),
        ("Kubernetes", {"fields": ("group", "api_version", "asset_id", "asset_labels")}),
    )

    @admin.display(description="App", ordering="app__name")
    def app_cell(self, asset: AppAsset) -> SafeString | str:
        """The app, linked."""
        return cells.record_link(asset.app)
