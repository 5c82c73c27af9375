"""accounts: `/simulator/v1/accounts`, each made, reset, deleted by one call; their checkpoints."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from astra.accounts.control import AccountControlView
from astra.accounts.models import Account
from astra.api import media, problems
from astra.api.control import ControlView
from astra.api.problems import ApiProblem, refusal
from astra.isolation.accounts import account_delete, account_new
from astra.isolation.bodies import (
    AccountBody,
    CheckpointBody,
    ResetBody,
    checkpoint_document,
    details,
    everything_document,
    introduction,
    summary,
)
from astra.isolation.checkpoints import (
    checkpoint_delete,
    checkpoint_of,
    checkpoint_restore,
    checkpoint_save,
)
from astra.isolation.files import checkpoint_export, checkpoint_import
from astra.isolation.models import Checkpoint
from astra.isolation.resetting import account_reset, everything_reset
from astra.scenarios.errors import UnknownParameterError, UnknownScenarioError

# A file is read as a whole; the command takes larger ones.
LARGEST_FILE_BYTES = 256 * 1024 * 1024


class Accounts(ControlView):
    """All accounts, and new ones."""

    def get(self, request: HttpRequest) -> dict[str, Any]:
        """List them, oldest first."""
        return {"items": [summary(each) for each in Account.objects.order_by("created_at", "id")]}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make one from a scenario: 201 with its token, which is shown only here."""
        wanted = AccountBody.wanted(self.parse(AccountBody, may_be_absent=True))
        # A scenario that the body names is nothing that the path or the query lacks.
        try:
            made = account_new(wanted)
        except UnknownScenarioError as error:
            raise refusal(problems.INVALID_FIELDS, "scenario", str(error)) from error
        except UnknownParameterError as error:
            (invalid,) = error.params
            raise refusal(
                problems.INVALID_FIELDS, f"parameters.{invalid.name}", invalid.reason
            ) from error
        return self.found(introduction(made), status=201)


class Reset(ControlView):
    """Putting the whole service back."""

    def post(self, request: HttpRequest) -> dict[str, Any]:
        """Put back what scenarios made: 200 with what was reset, made again and deleted."""
        wanted = self.parse(ResetBody, may_be_absent=True)
        done = everything_reset(every=wanted.get("all", False), force=wanted.get("force", False))
        return everything_document(done)


class IsolationView(AccountControlView):
    """A path about an account as a whole: what PUT and DELETE do not find is problem 1."""

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return what the method of the request returns."""
        try:
            return super().answer(request, *args, **kwargs)
        except ApiProblem as problem:
            is_missing = problem.type is problems.COLLECTION_NOT_FOUND
            if is_missing and request.method in ("PUT", "DELETE"):
                problem.type = problems.RESOURCE_NOT_FOUND
            raise


class AccountInstance(IsolationView):
    """One account."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Describe it, with the ids of what it has."""
        return details(self.account)

    def delete(self, request: HttpRequest, **kwargs: str) -> None:
        """Delete it with everything in it."""
        account_delete(self.account_id)


class AccountReset(IsolationView):
    """Putting an account back."""

    def post(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Put it back to what it was made as."""
        return details(account_reset(self.account_id))


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


_ACCOUNT = "accounts/<str:account_id>"
_CHECKPOINT = f"{_ACCOUNT}/checkpoints/<str:name>"
urlpatterns = [
    path("reset", Reset.as_view(), name="reset"),
    path("accounts", Accounts.as_view(), name="accounts"),
    path(_ACCOUNT, AccountInstance.as_view(), name="account"),
    path(f"{_ACCOUNT}/reset", AccountReset.as_view(), name="account-reset"),
    path(f"{_ACCOUNT}/checkpoints", Checkpoints.as_view(), name="checkpoints"),
    path(_CHECKPOINT, CheckpointInstance.as_view(), name="checkpoint"),
    path(f"{_CHECKPOINT}/restore", CheckpointRestore.as_view(), name="checkpoint-restore"),
]
