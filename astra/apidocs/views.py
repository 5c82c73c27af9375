"""The OpenAPI document as JSON and YAML, and the page that shows it; none needs a token."""

import functools

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerView

import astra


@functools.cache
def document(renderer: type[OpenApiJsonRenderer | OpenApiYamlRenderer]) -> bytes:
    """Return the document, written by a renderer; it is the same for the life of the process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    written: bytes = renderer().render(schema, renderer_context={})
    return written


@require_safe
def document_as_json(request: HttpRequest) -> HttpResponse:
    """Answer with the document as JSON."""
    return HttpResponse(document(OpenApiJsonRenderer), content_type="application/json")


@require_safe
def document_as_yaml(request: HttpRequest) -> HttpResponse:
    """Answer with the document as YAML."""
    return HttpResponse(document(OpenApiYamlRenderer), content_type="application/yaml")


class SwaggerPage(SpectacularSwaggerView):
    """Swagger UI, from the files that come with the service."""

    url_name = "openapi-json"
    title = f"{settings.SPECTACULAR_SETTINGS['TITLE']} {astra.__version__}"
