"""Django's own middleware, for the pages a person looks at (admin, documentation) and only there.

API calls carry a bearer token, answer to any Host header and need neither sessions nor CSRF, so
they pass these by.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

ACCOUNTS_PREFIX = "/accounts"
API_PREFIXES = (ACCOUNTS_PREFIX, "/simulator/")


def is_api_call(request: HttpRequest) -> bool:
    """Tell whether the request is for the API rather than for a page."""
    return request.path_info.startswith(API_PREFIXES)


class PagesOnly:
    """Mix-in for a middleware class: hands API calls straight on."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api_call(request):
            answer: HttpResponseBase = self.get_response(request)
            return answer
        response: HttpResponseBase = super().__call__(request)  # type: ignore[misc]
        return response


class Security(PagesOnly, SecurityMiddleware):
    pass


class StaticFiles(PagesOnly, WhiteNoiseMiddleware):  # type: ignore[misc]
    pass


class Sessions(PagesOnly, SessionMiddleware):
    pass


class Common(PagesOnly, CommonMiddleware):
    pass


class Csrf(PagesOnly, CsrfViewMiddleware):
    def process_view(self, request: HttpRequest, *args: Any) -> Any:
        return None if is_api_call(request) else super().process_view(request, *args)


class Authentication(PagesOnly, AuthenticationMiddleware):
    def process_view(self, request: HttpRequest, *args: Any) -> Any:
        return None


class Messages(PagesOnly, MessageMiddleware):
    pass


class ClickjackingProtection(PagesOnly, XFrameOptionsMiddleware):
    pass
