"""One resource: retrieve it, or hold it while it is replaced."""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from astra.api import media
from astra.api.preconditions import check_preconditions, refuse_malformed
from astra.api.problems import CONFLICT, INVALID_HEADERS, ApiProblem, Invalid
from astra.api.rows import Parameter, Proof, Selection, fetch_rows
from astra.api.views import READS, ApiView


class InstanceView(ApiView):
    """An instance: GET retrieves it. Subclasses write ``rows_at`` and ``represent``."""

    # The name of the path parameter that holds the instance's id.
    id_name: ClassVar[str]
    proves: ClassVar[frozenset[str]] = frozenset(READS)

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        """Retrieve the instance. Raises the operation's 404."""
        kind: Any = type(self)
        caller = self.caller
        values = {**self.ids, "account": caller.account_id, **caller.proof}
        if self.sees_some:
            found = self.rows().filter(Proof(caller.PROOF), id=self.ids[self.id_name])
            rows = fetch_rows(found.order_by(), self.columns, values)
        else:
            rows = _instance_of(kind, tuple(self.ids), caller.PROOF).fetch(values)
        if not rows:
            raise self.not_found()
        return self.found(self.represent(rows[0], caller.now()))

    @contextmanager
    def replacing(self) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Hold the instance for a PUT: yield its locked row and its JSON, in one transaction.

        Raises the operation's 404, problem 38 (412) when a precondition fails, and 12 for one that does
        not parse, of what has this problem.
        """
        if INVALID_HEADERS in self.refusals.get("PUT", ()):
            refuse_malformed(self.request)
        with transaction.atomic():
            row = (
                self.rows()
                .select_for_update(of=("self",))
                .filter(id=self.ids[self.id_name])
                .first()
            )
            if row is None:
                raise self.not_found()
            document = self.represent(row, self.caller.now())
            check_preconditions(
                self.request,
                etag=media.etag(media.write_json(document)),
                modified_at=row.modified_at,
            )
            yield row, document


@functools.cache
def _instance_of(view: Any, ids: tuple[str, ...], proof: str) -> Selection:
    """Return the statement that finds the instance of a view, for a caller with this proof."""
    rows = view.rows_at(Parameter("account"), {name: Parameter(name) for name in ids})
    found = rows.filter(Proof(proof), id=Parameter(view.id_name))
    return Selection(found.order_by(), view.columns)


def refuse_changes(
    body: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    mutable: frozenset[str],
    same: Callable[[Any, Any], bool] = lambda sent, current: bool(sent == current),
) -> None:
    """Raise problem 10 naming each member of a PUT that differs although it may not change.

    ``body`` is the JSON as it came, ``document`` the instance's. The same value is no change; the
    service's own part of `metadata` is ignored, and `version` says only how the body is written.
    """
    changed = [
        Invalid(name, "Cannot be changed.")
        for name, value in body.items()
        if name not in mutable | {"metadata", "version"} and not same(value, document.get(name))
    ]
    if changed:
        raise ApiProblem(CONFLICT, fields=changed)
