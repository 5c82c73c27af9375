"""Views that answer otherwise than in JSON: the archive of a bundle, the metrics of an account."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from astra.api import media
from astra.api.problems import NOT_ACCEPTABLE, ApiProblem
from astra.api.resources import ResourceKind
from astra.api.views import READS, ApiView
from astra.resources.views import ResourceInstance
from installation.archives import archive
from installation.lifecycle import COMPLETED, PARTIAL
from installation.metrics import exposition

GZIP = "application/gzip"
OPEN_METRICS = "application/openmetrics-text"


class AsupInstance(ResourceInstance):
    """One bundle; its archive, once there is one, where JSON is not asked for by name."""

    further_media = (GZIP,)

    def _negotiate(self, request: HttpRequest) -> str:
        if request.method not in READS or not media.takes(request, GZIP):
            return super()._negotiate(request)
        return GZIP

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        """Retrieve the bundle or its archive. Raises problem 32 where nobody could take its JSON."""
        wants_archive = self.media_type == GZIP
        if wants_archive:
            self.media_type = media.JSON
        answer = super().get(request, **kwargs)
        assert isinstance(answer, HttpResponse)
        document = orjson.loads(answer.content)
        if wants_archive and document["creationState"] in (COMPLETED, PARTIAL):
            packed = archive("asup.json", answer.content)
            answer = media.response_of(packed, media_type=GZIP)
            name = f"asup-{document['id']}.tgz"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
        elif wants_archive and not media.takes(request, media.JSON):
            raise ApiProblem(NOT_ACCEPTABLE)
        return answer


class AccountMetrics(ApiView):
    """What an account has, in numbers, as OpenMetrics text whatever is acceptable."""

    kind = ResourceKind("metric", "metrics", ("1.0",))
    further_media = (OPEN_METRICS,)
    http_method_names = ["get", "head"]

    def _negotiate(self, request: HttpRequest) -> str:
        return OPEN_METRICS

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Retrieve the metrics."""
        text = exposition(self.caller.account_id, self.caller.reads)
        return media.response_of(text, media_type=self.media_type)
