"""Every URL of the service. A test walks them, so that a new one cannot forget its permissions."""

from django.contrib import admin
from django.urls import include, path, re_path

from astra.api.views import UnknownRoute

handler404 = "astra.api.handler.not_found"
handler500 = "astra.api.handler.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("simulator/v1/", include("astra.simulation.urls")),
    path("", include("astra.accounts.urls")),
    path("accounts/<str:account_id>/", include("backups.urls")),
    re_path("^accounts/(?P<account_id>[^/]*)/(?P<rest>.*)$", UnknownRoute.as_view()),
]
