"""The OpenAPI document of the API: every operation, derived from its view.

drf-spectacular walks the URLs and asks this class about each operation; nothing is written twice:
paths from the URLs, bodies and resources from the serializers, parameters from their patterns,
refusals from what the views declare.
"""

import inspect
from typing import Any

from astra.api import patterns
from astra.api.collections import CollectionView
from astra.api.media import JSON
from astra.api.resources import ResourceKind, article
from astra.api.serializers import ClosedSerializer
from astra.api.views import ApiView
from astra.apidocs.parameters import parameters_of
from astra.apidocs.published import published_tags
from astra.apidocs.refusals import problems_of, responses_of
from astra.apidocs.shapes import Json, ShapeSchema, example_of

VERBS = {"GET": "retrieve", "POST": "create", "PUT": "replace", "DELETE": "delete"}
BINARY = {"schema": {"type": "string", "format": "binary"}}
BEARER = {"type": "http", "scheme": "bearer", "description": "A token of a user of the account."}


class ApiSchema(ShapeSchema):
    """What the document says of one path; `view` is its view."""

    view: Any
    path: str
    method: str

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Json | None:
        """Return the operation object of a path and method."""
        self.path, self.method, self.registry = path, method.upper(), registry
        if isinstance(self.view, ApiView):
            return self._operation(self.view)
        return None

    def _operation(self, view: ApiView) -> Json:
        tag = published_tags().get((self.method, self.path), view.kind.name)
        operation: Json = {
            "operationId": self._operation_id(view.kind),
            "summary": self._summary(view),
            "description": self._description(view),
            "tags": [tag],
            "parameters": parameters_of(self, view, self.path, self.method),
        }
        if self.method in view.bodies:
            body = view.bodies[self.method]
            operation["requestBody"] = {
                "required": True,
                "content": self._resource(view.kind, body),
            }
        self.component("securitySchemes", "bearer", BEARER)
        operation["security"] = [{"bearer": []}]
        operation["responses"] = {
            **self._success(view),
            **responses_of(self, problems_of(view, self.method)),
        }
        return operation

    def _operation_id(self, kind: ResourceKind) -> str:
        *parents, last = self._collections()
        if self._lists():
            verb = "list"
        else:
            verb, last = VERBS[self.method], kind.name
        return verb + "".join(part[0].upper() + part[1:] for part in (*parents, last))

    def _collections(self) -> list[str]:
        """Return the names of the collections in the path, for example `users`, `tokens`."""
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        # What follows `accounts` is a family of the API and its version.
        return parts[3:] or parts

    def _lists(self) -> bool:
        return self.method == "GET" and isinstance(self.view, CollectionView)

    def _summary(self, view: ApiView) -> str:
        one = f"{article(view.kind.name)} {view.kind.name}"
        if not self._lists():
            return f"{VERBS[self.method].capitalize()} {one}"
        parents = [part for part in self.path.split("/")[:-1] if part.endswith("_id}")]
        parent = parents[-1].strip("{}").removesuffix("_id") if parents else ""
        which = "the" if parent == "account" else article(parent)
        of_parent = f" of {which} {parent}" if parent else ""
        return f"List the {view.kind.plural}{of_parent}"

    def _description(self, view: ApiView) -> str:
        texts = [inspect.cleandoc(type(view).__doc__ or "")]
        if isinstance(view, CollectionView) and self._lists():
            included = ", ".join(f"`{name}`" for name in view.shape().fields)
            compared = ", ".join(f"`{name}`" for name in sorted(view.filters.by_path()))
            texts += [f"`include` may name {included}.", f"`filter` may name {compared}."]
        if self.method in view.simplified:
            texts.append(f"Simplified: {view.simplified[self.method]}")
        return "\n\n".join(texts)

    def _success(self, view: ApiView) -> Json:
        tag = {"ETag": self._header("ETag", "The MD5 of the JSON, quoted.")}
        if self._lists():
            answer = {"description": "The list.", "headers": tag, "content": self._list(view)}
            return {"200": answer}
        if self.method == "GET" or (self.method == "PUT" and view.replace_shows):
            content = self._resource(view.kind, view.shape) if hasattr(view, "shape") else {}
            if self.method == "GET":
                content |= dict.fromkeys(view.further_media, BINARY)
            return {"200": {"description": "The resource.", "headers": tag, "content": content}}
        if self.method == "POST":
            place = {"Location": self._header("Location", "The URL of the new resource.")}
            content = self._resource(view.kind, view.new_shape or view.shape)
            answer = {"description": "The new resource.", "headers": place | tag}
            return {"201": answer | {"content": content}}
        return {"204": {"description": "Done."}}

    def _header(self, name: str, text: str) -> Json:
        return self.component("headers", name, {"description": text, "schema": {"type": "string"}})

    def _resource(self, kind: ResourceKind, serializer: type[ClosedSerializer]) -> Json:
        """Return the content of a body with one resource, in both its media types."""
        content = {"schema": self.shape(serializer)}
        return {kind.media_type: content, JSON: content}

    def _list(self, view: ApiView) -> Json:
        item = self.shape(view.shape)
        kind = view.kind
        row = {"type": "array", "items": {}, "description": "What `include` asks for, in order."}
        envelope = {
            "type": "object",
            "properties": {
                "type": {"type": "string", "enum": [kind.list_type]},
                "version": {"type": "string", "enum": [kind.versions[0]]},
                "items": {
                    "type": "array",
                    "items": {"anyOf": [item, self.component("schemas", "Row", row)]},
                },
                "metadata": self._list_metadata(),
            },
            "required": ["items", "metadata", "type", "version"],
            "additionalProperties": False,
            "example": {
                "type": kind.list_type,
                "version": kind.versions[0],
                "items": [example_of(view.shape)],
                "metadata": {},
            },
        }
        name = kind.name[0].upper() + kind.name[1:] + "List"
        return {JSON: {"schema": self.component("schemas", name, envelope)}}

    def _list_metadata(self) -> Json:
        content = {
            "type": "object",
            "properties": {
                "count": {"type": "number"},
                "continue": {"type": "string", "pattern": patterns.BASE64},
            },
            "additionalProperties": False,
        }
        return self.component("schemas", "ListMetadata", content)
