"""Every URL of the service. A test walks them, so that a new one cannot forget its permissions."""

from django.contrib import admin
from django.urls import include, path, re_path

from astra.api.views import UnknownRoute

admin.autodiscover()

handler404 = "astra.api.handler.not_found"
handler500 = "astra.api.handler.server_error"

# Matched in order: what is called most comes first.
urlpatterns = [
    path("accounts/<str:account_id>/", include("backups.urls")),
    path("", include("astra.accounts.urls")),
    path("simulator/v1/", include("astra.simulation.urls")),
    path("admin/overview/", include("backups.admin.dashboard.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("astra.apidocs.urls")),
    re_path("^accounts/(?P<account_id>[^/]*)/(?P<rest>.*)$", UnknownRoute.as_view()),
]
