"""The paths of the protection domain."""

from astra.resources.views import urls_of_family

urlpatterns = urls_of_family("backups")
