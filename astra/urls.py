"""Every URL of the service. A test walks them, so that a new one cannot forget its permissions."""

from django.contrib import admin
from django.urls import include, path, re_path

from astra.api.views import UnknownRoute
from astra.resources.pages import register_pages
from astra.resources.views import urls_of_resources
from installation.views import AccountMetrics

admin.autodiscover()
register_pages()

handler400 = "astra.server.entrance.bad_request"
handler404 = "astra.server.entrance.not_found"
handler500 = "astra.api.handler.server_error"

# The control surface, which is no part of the simulated API.
CONTROL = [
    path("", include("astra.server.health")),
    path("accounts/<str:account_id>/", include("astra.accounts.views")),
    path("accounts/<str:account_id>/", include("astra.engine.views")),
    path("accounts/<str:account_id>/", include("astra.faults.views")),
    path("accounts/<str:account_id>/", include("astra.journal.views")),
    path("accounts/<str:account_id>/", include("astra.webhooks.views")),
    path("", include("astra.scenarios.views")),
    path("", include("astra.isolation.views")),
]

# Matched in order: what is called most comes first.
urlpatterns = [
    *urls_of_resources(),
    path("accounts/<str:account_id>/metrics", AccountMetrics.as_view()),
    path("simulator/v1/", include(CONTROL)),
    path("admin/overview/", include("backups.admin.dashboard.views")),
    path("admin/", admin.site.urls),
    path("api/", include("astra.apidocs.views")),
    path("", include("astra.server.entrance")),
    re_path("^accounts/(?P<account_id>[^/]*)/(?P<rest>.*)$", UnknownRoute.as_view()),
]
