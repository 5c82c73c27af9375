"""The OpenAPI document as JSON and YAML, the pages that show it, and a Postman collection made of it.

None needs a token.
"""

import functools
from threading import Lock

import orjson
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.views.decorators.http import require_safe

import astra
from astra.apidocs.postman import collection

# JavaScript. The calls of the page go out as they are: the API needs no CSRF token.
PAGE_SETTINGS = """{
  deepLinking: true, persistAuthorization: true, docExpansion: "none", filter: true,
  requestInterceptor: (request) => request,
}"""
FORMATS = {"json": "OpenApiJsonRenderer", "yaml": "OpenApiYamlRenderer"}
# The generator fails where two threads use it for the first time.
_ALONE = Lock()


def document(written_as: str) -> bytes:
    """Return the document, as `json` or `yaml`; it is the same for the life of the process."""
    with _ALONE:
        return _generated(written_as)


@functools.cache
def _generated(written_as: str) -> bytes:
    # The generator takes long to import, and most processes never need it.
    from drf_spectacular import renderers
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    renderer = getattr(renderers, FORMATS[written_as])()
    written: bytes = renderer.render(schema, renderer_context={})
    return written


@require_safe
def document_as(request: HttpRequest, written_as: str) -> HttpResponse:
    """Answer with the document as `json` or `yaml`."""
    return HttpResponse(document(written_as), content_type=f"application/{written_as}")


@require_safe
def postman(request: HttpRequest) -> HttpResponse:
    """Answer with the document as a Postman collection, whose calls go where this one went."""
    host = request.META.get("HTTP_HOST", "")
    made = collection(orjson.loads(document("json")), base_url=f"{request.scheme}://{host}")
    response = HttpResponse(orjson.dumps(made), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="astra-simulator.postman.json"'
    return response


# Its search runs beside the page, in a script that it makes.
@csp_update({"worker-src": [SELF, "blob:"]})
@require_safe
def plain_page(request: HttpRequest) -> HttpResponse:
    """Answer with Redoc: the document to be read, in three columns, from files of the service."""
    context = {"title": _title(), "schema_url": reverse("openapi-json")}
    return render(request, "apidocs/redoc.html", context)


# The script of the page stands in it.
@csp_update({"script-src": UNSAFE_INLINE})
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Answer with Swagger UI, from the files that come with the service."""
    context = {
        "title": _title(),
        "swagger_ui_css": _file("swagger-ui.css"),
        "swagger_ui_bundle": _file("swagger-ui-bundle.js"),
        "swagger_ui_standalone": _file("swagger-ui-standalone-preset.js"),
        "favicon_href": _file("favicon-32x32.png"),
        "schema_url": reverse("openapi-json"),
        "settings": PAGE_SETTINGS,
        "schema_auth_names": "[]",
        "template_name_js": "drf_spectacular/swagger_ui.js",
    }
    return render(request, "drf_spectacular/swagger_ui.html", context)


def _title() -> str:
    return f"{settings.SPECTACULAR_SETTINGS['TITLE']} {astra.__version__}"


def _file(name: str) -> str:
    return static(f"drf_spectacular_sidecar/swagger-ui-dist/{name}")


urlpatterns = [
    path("openapi.json", document_as, {"written_as": "json"}, name="openapi-json"),
    path("openapi.yaml", document_as, {"written_as": "yaml"}, name="openapi-yaml"),
    path("postman.json", postman, name="postman"),
    path("docs/", page, name="openapi-page"),
    path("redoc/", plain_page, name="openapi-plain-page"),
]
