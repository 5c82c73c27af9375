"""The paths about who calls: `/accounts`, and below it users, tokens and role bindings."""

from astra.resources.views import urls_of_family

urlpatterns = urls_of_family("identity")
