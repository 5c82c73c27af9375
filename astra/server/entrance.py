"""What a browser meets that knows the address alone: the way in, an icon, and refusals in words."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from astra.api import handler, media

_PAGE = "text/html"
_TEXT = "text/plain; charset=utf-8"


@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """Lead a browser to the control room; others find nothing here."""
    if not _wants_page(request):
        raise Http404
    return redirect("admin:index")


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon, where browsers ask for it without being told of one."""
    return redirect(static("adminsite/mark.svg"), permanent=True)


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """Return the certificate of the authority that clients verify HTTPS by; it is no secret."""
    file = settings.ASTRA.data_dir / "tls" / "ca.pem"
    if not file.exists():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type="application/x-pem-file")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404: a page on the admin site, elsewhere a problem."""
    if not request.path.startswith(reverse("admin:index")) or not _wants_page(request):
        return handler.not_found(request, exception)
    context = admin.site.each_context(request)
    return TemplateResponse(request, "admin/404.html", context, status=404).render()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: say which setting lets a host in."""
    if not isinstance(exception, DisallowedHost):
        return HttpResponse("Bad request.\n", status=400, content_type=_TEXT)
    host = request.META.get("HTTP_HOST", "")
    allowed = ",".join(settings.ASTRA.allowed_hosts)
    return HttpResponse(
        f"The pages of this service are not shown under the name {host!r}.\n"
        "Name it, without a port, in the variable ASTRA_ALLOWED_HOSTS, and start the service again:\n"
        f"ASTRA_ALLOWED_HOSTS={allowed} is what it has now.\n",
        status=400,
        content_type=_TEXT,
    )


def _wants_page(request: HttpRequest) -> bool:
    return media.preferred(request, _PAGE) == _PAGE


urlpatterns = [path("", entrance), path("favicon.ico", icon)]
