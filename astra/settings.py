"""Django's settings; what a user may change comes from the environment, see ``api.options``."""

import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
import environs
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

import astra
from astra.adminsite.theme import UNFOLD as ADMIN_THEME
from astra.api.files import kept_private
from astra.api.logs import without_traceback
from astra.api.options import ANY_ORIGIN, JSON, TEXT, OptionError, Options
from astra.apidocs.texts import API_DESCRIPTION
from astra.database.replica import ALIAS as REPLICA

# Lets Django's generic classes be written with their parameters at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environs.Env()
ASTRA = Options()


def _secret_key() -> str:
    """Return ``ASTRA_SECRET_KEY``, or the key kept in the data folder, made at first start."""
    if key := env.str("ASTRA_SECRET_KEY", ""):
        return key
    return kept_private(ASTRA.data_dir / "secret_key", lambda: secrets.token_urlsafe(48))


# A server that is gone without a word, with its machine, is not waited for.
_CONNECTION = {
    "connect_timeout": 5,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
}


def _database(url: str, *, said_by: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise OptionError(f"{said_by}: only PostgreSQL is supported")
    config["ENGINE"] = "astra.database"
    config["OPTIONS"] = {
        **_CONNECTION,
        **config.get("OPTIONS", {}),
        # As the statements that stay prepared have it, see ``astra.api.statements``. Cursors prepare
        # nothing: what they prepare goes with a rollback, and takes the others along.
        "server_side_binding": True,
        "prepare_threshold": None,
        "pool": {"max_size": ASTRA.db_pool_size, "timeout": 10},
    }
    return config


SECRET_KEY = _secret_key()
DEBUG = False
# The API answers to any Host header; this list guards the admin site and the documentation pages.
ALLOWED_HOSTS = list(ASTRA.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ASTRA.trusted_origins)

INSTALLED_APPS = [
    "astra.adminsite",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "astra.adminsite.apps.AstraAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "astra.apidocs",
    "astra.accounts",
    "astra.engine",
    "astra.faults",
    "astra.journal",
    "astra.webhooks",
    "astra.scenarios",
    "astra.isolation",
    "astra.server",
    "backups",
    "clusters",
    "identity",
    "installation",
    "hooks",
    "notices",
    "mirrors",
]

MIDDLEWARE = [
    *(["astra.server.request_log.RequestLog"] if ASTRA.log_format == JSON else []),
    *(["astra.server.console.RequestLines"] if ASTRA.has_request_lines else []),
    "astra.server.measuring.Measuring",
    # Where no other origin may call, nothing stands in the way.
    *(["astra.api.cross_origin.CrossOrigin"] if ASTRA.cors_origins else []),
    "astra.api.middleware.SimulatorMiddleware",
    "astra.api.pages.Security",
    "astra.api.pages.ContentSecurity",
    "astra.api.pages.StaticFiles",
    "astra.api.pages.Sessions",
    "astra.api.pages.Common",
    "astra.api.pages.Csrf",
    "astra.api.pages.Authentication",
    "astra.api.pages.Messages",
    "astra.api.pages.ClickjackingProtection",
]

# Tokens are headers of their own, so no cookie is taken along; doubled slashes are the API's.
CORS_URLS_REGEX = "^/+((accounts|simulator)(/|$)|api/(openapi|postman))"
CORS_ALLOW_ALL_ORIGINS = ANY_ORIGIN in ASTRA.cors_origins
CORS_ALLOWED_ORIGINS = [] if CORS_ALLOW_ALL_ORIGINS else list(ASTRA.cors_origins)
CORS_ALLOW_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD")
CORS_ALLOW_HEADERS = (
    *("accept", "authorization", "cache-control", "content-type", "force-delete", "forceupdate"),
    *("if-match", "if-modified-since", "if-unmodified-since"),
)
CORS_EXPOSE_HEADERS = (
    *("ETag", "Location", "Retry-After", "Age", "Allow", "WWW-Authenticate", "X-Astra-Simulator"),
)
CORS_PREFLIGHT_MAX_AGE = 600

# The admin site and the documentation are of files of the service alone. Its menus are made by
# Alpine.js, which reads expressions of the page (`unsafe-eval`); colours and widths stand in the page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Of `check --deploy`. Django's own middleware is there, but under names of the service's, as API calls
# pass it by (W001 to W003). The admin site is served by plain HTTP too, to this machine, where a cookie
# for HTTPS alone would keep everybody out (W010).
SILENCED_SYSTEM_CHECKS = [f"security.{number}" for number in ("W001", "W002", "W003", "W010")]

ROOT_URLCONF = "astra.urls"
WSGI_APPLICATION = "astra.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": _database(env.str("DATABASE_URL", "") or ASTRA.database_url, said_by="DATABASE_URL")
}
if ASTRA.replica_url:
    DATABASES[REPLICA] = _database(ASTRA.replica_url, said_by="ASTRA_REPLICA_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = ["astra.adminsite.formats"]

# Forms, with a file of 5 MiB (a scenario), are kept in memory, so none is spilt to a disk.
# ``astra.api.pages`` refuses what is larger.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = max(ASTRA.max_body_bytes, 6 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["astra.accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "astra.apidocs.schema.ApiSchema",
    "EXCEPTION_HANDLER": "astra.api.handler.handle",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

# What the families make of it; the layers below do not know.
ABOUT = """\
A persistent simulation of the Astra Control REST API: the protection of applications by backups,
snapshots and schedules, with the accounts, users and tokens that call it.

"""
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Astra Simulator",
    "VERSION": astra.__version__,
    "DESCRIPTION": ABOUT + API_DESCRIPTION,
    "SERVERS": [{"url": "/", "description": "This service"}],
    "POSTPROCESSING_HOOKS": [
        "astra.apidocs.control.add_control_surface",
        "astra.resources.examples.add_ids",
    ],
}

UNFOLD = ADMIN_THEME
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

_LINES: dict[str, dict[str, Any]] = {
    TEXT: {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    JSON: {"()": "astra.api.logs.json_formatter"},
}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": _LINES[ASTRA.log_format]},
    "handlers": {
        # Of a handler, as filters of a logger pass by what its children log.
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": [without_traceback],
        }
    },
    "root": {"handlers": ["console"], "level": ASTRA.log_level},
    "loggers": {
        # A refusal is an answer, not an event; the handler logs what is.
        "django.request": {"level": "ERROR"},
    },
}
