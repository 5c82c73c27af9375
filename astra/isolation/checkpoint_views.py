"""checkpoints: `/simulator/v1/accounts/{account_id}/checkpoints`. Saved, restored, as files."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import media
from astra.isolation.bodies import CheckpointBody, checkpoint_document, details
from astra.isolation.checkpoints import (
    checkpoint_delete,
    checkpoint_of,
    checkpoint_restore,
    checkpoint_save,
)
from astra.isolation.files import checkpoint_export, checkpoint_import
from astra.isolation.models import Checkpoint
from astra.isolation.views import IsolationView

# A file is read as a whole; the command takes larger ones.
LARGEST_FILE_BYTES = 256 * 1024 * 1024


class Checkpoints(IsolationView):
    """The checkpoints of an account."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """List them, oldest first."""
        checkpoints = Checkpoint.objects.filter(account=self.account).order_by("saved_at", "id")
        return {"items": [checkpoint_document(checkpoint) for checkpoint in checkpoints]}

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Save the account's state under a name: 201."""
        wanted = self.parse(CheckpointBody, may_be_absent=True)
        checkpoint = checkpoint_save(account_id=self.account_id, name=wanted["name"])
        return self.found(checkpoint_document(checkpoint), status=201)


class CheckpointInstance(IsolationView):
    """One checkpoint."""

    max_body_bytes: ClassVar[int | None] = LARGEST_FILE_BYTES

    def get(self, request: HttpRequest, name: str, **kwargs: str) -> HttpResponseBase:
        """Export it: a JSON file."""
        pieces = checkpoint_export(checkpoint_of(self.account_id, name))
        return StreamingHttpResponse(pieces, content_type=media.JSON)

    def put(self, request: HttpRequest, name: str, **kwargs: str) -> HttpResponse:
        """Import such a file: 201, or 200 when it takes the place of another."""
        document = media.read_json(request, max_bytes=LARGEST_FILE_BYTES)
        CheckpointBody.parse({"name": name})
        checkpoint, is_new = checkpoint_import(
            account_id=self.account_id, name=name, document=document
        )
        return self.found(checkpoint_document(checkpoint), status=201 if is_new else 200)

    def delete(self, request: HttpRequest, name: str, **kwargs: str) -> None:
        """Delete it."""
        checkpoint_delete(account_id=self.account_id, name=name)


class CheckpointRestore(IsolationView):
    """Going back to a checkpoint."""

    def post(self, request: HttpRequest, name: str, **kwargs: str) -> dict[str, Any]:
        """Restore the account's state: 200 with the account."""
        checkpoint_restore(account_id=self.account_id, name=name)
        return details(self.account)
