"""Django's own middleware, for the pages a person looks at (admin, documentation) and only there.

API calls carry a bearer token, answer to any Host header and need neither sessions nor CSRF, so
they pass these by.
"""

from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from astra.api.requests import is_too_large

ACCOUNTS_PREFIX = "/accounts"
API_PREFIXES = (ACCOUNTS_PREFIX, "/simulator/")


def is_api_call(request: HttpRequest) -> bool:
    """Tell whether the request is for the API rather than for a page."""
    return request.path_info.startswith(API_PREFIXES)


def _for_pages(middleware: type[Any]) -> type[Any]:
    """Return a middleware class that hands API calls on, past all others of the kind at once."""

    class PagesOnly(middleware):  # type: ignore[misc]
        def __init__(self, get_response: Any) -> None:
            super().__init__(get_response)
            # Django wraps each middleware in a function that has its attributes.
            self.past_pages = getattr(get_response, "past_pages", get_response)

        def __call__(self, request: HttpRequest) -> HttpResponseBase:
            step = self.past_pages if is_api_call(request) else super().__call__
            answer: HttpResponseBase = step(request)
            return answer

    return PagesOnly


Security = _for_pages(SecurityMiddleware)
ContentSecurity = _for_pages(CSPMiddleware)
StaticFiles = _for_pages(WhiteNoiseMiddleware)
Sessions = _for_pages(SessionMiddleware)
Common = _for_pages(CommonMiddleware)
Authentication = _for_pages(AuthenticationMiddleware)
Messages = _for_pages(MessageMiddleware)
ClickjackingProtection = _for_pages(XFrameOptionsMiddleware)


class Csrf(_for_pages(CsrfViewMiddleware)):  # type: ignore[misc]
    """Look for the token in a form, which is where its body is read: whoever sent it."""

    def process_view(self, request: HttpRequest, *args: Any) -> Any:
        if is_api_call(request):
            return None
        if not _is_taken(request):
            text = "What was sent is too large, or does not say how large it is.\n"
            return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
        return super().process_view(request, *args)


def _is_taken(request: HttpRequest) -> bool:
    """Tell whether a body is no larger than anybody may send, or than a file of the site's people is."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return False
    if not is_too_large(request, max_bytes=settings.ASTRA.max_body_bytes):
        return True
    most = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    return not is_too_large(request, max_bytes=most) and request.user.is_staff
