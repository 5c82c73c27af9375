"""checkpoints: `/simulator/v1/accounts/{account_id}/checkpoints`. Saved, restored, as files."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.accounts.control import account_of
from astra.api import media, problems
from astra.api.control import ControlView, identifier, read_body
from astra.api.media import json_response
from astra.api.problems import ApiProblem, Invalid, ProblemType
from astra.isolation.bodies import CheckpointBody, checkpoint_document, details
from astra.isolation.checkpoints import (
    CheckpointExistsError,
    UnknownCheckpointError,
    checkpoint_delete,
    checkpoint_of,
    checkpoint_restore,
    checkpoint_save,
)
from astra.isolation.files import (
    OtherAccountError,
    checkpoint_export,
    checkpoint_import,
)
from astra.isolation.formats import CheckpointError
from astra.isolation.models import Checkpoint
from astra.isolation.views import isolation_problems

# A file is read as a whole; the command takes larger ones.
LARGEST_FILE_BYTES = 256 * 1024 * 1024


class Checkpoints(ControlView):
    """The checkpoints of an account."""

    def get(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """List them, oldest first."""
        account = account_of(account_id)
        checkpoints = Checkpoint.objects.filter(account=account).order_by("saved_at", "id")
        items = [checkpoint_document(checkpoint) for checkpoint in checkpoints]
        return json_response({"items": items}, tag=False)

    def post(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Save the account's state under a name: 201."""
        wanted = CheckpointBody.parse(read_body(request))
        with checkpoint_problems():
            checkpoint = checkpoint_save(account_id=identifier(account_id), name=wanted["name"])
        return json_response(checkpoint_document(checkpoint), status=201, tag=False)


class CheckpointInstance(ControlView):
    """One checkpoint."""

    max_body_bytes: ClassVar[int | None] = LARGEST_FILE_BYTES

    def get(self, request: HttpRequest, account_id: str, name: str) -> HttpResponseBase:
        """Export it: a JSON file."""
        with checkpoint_problems():
            checkpoint = checkpoint_of(identifier(account_id), name)
        return StreamingHttpResponse(checkpoint_export(checkpoint), content_type=media.JSON)

    def put(self, request: HttpRequest, account_id: str, name: str) -> HttpResponse:
        """Import such a file: 201, or 200 when it takes the place of another."""
        document = media.read_json(request, max_bytes=LARGEST_FILE_BYTES)
        CheckpointBody.parse({"name": name})
        with checkpoint_problems(problems.RESOURCE_NOT_FOUND):
            checkpoint, is_new = checkpoint_import(
                account_id=identifier(account_id, problems.RESOURCE_NOT_FOUND),
                name=name,
                document=document,
            )
        status = 201 if is_new else 200
        return json_response(checkpoint_document(checkpoint), status=status, tag=False)

    def delete(self, request: HttpRequest, account_id: str, name: str) -> HttpResponse:
        """Delete it."""
        with checkpoint_problems(problems.RESOURCE_NOT_FOUND):
            found = identifier(account_id, problems.RESOURCE_NOT_FOUND)
            checkpoint_delete(account_id=found, name=name)
        return HttpResponse(status=204)


class CheckpointRestore(ControlView):
    """Going back to a checkpoint."""

    def post(self, request: HttpRequest, account_id: str, name: str) -> HttpResponse:
        """Restore the account's state: 200 with the account."""
        with checkpoint_problems():
            checkpoint_restore(account_id=identifier(account_id), name=name)
        return json_response(details(account_of(account_id)), tag=False)


@contextmanager
def checkpoint_problems(missing: ProblemType = problems.COLLECTION_NOT_FOUND) -> Iterator[None]:
    """Raise what ``isolation_problems`` does, 404 for a checkpoint, 9 or 10 for a file."""
    try:
        with isolation_problems(missing):
            yield
    except UnknownCheckpointError as error:
        raise ApiProblem(missing) from error
    except CheckpointExistsError as error:
        raise ApiProblem(problems.CONFLICT, fields=[Invalid("name", str(error))]) from error
    except OtherAccountError as error:
        raise ApiProblem(problems.CONFLICT, fields=[Invalid("accountID", str(error))]) from error
    except CheckpointError as error:
        raise ApiProblem(problems.INVALID_FIELDS, fields=[Invalid("file", str(error))]) from error
