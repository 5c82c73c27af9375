"""Hook sources.

Source: section 10 of `appbackup.md`, section 8 of `families.md`, the published `hookSource` schemas.
"""

import base64
import hashlib
from datetime import datetime
from functools import partial
from typing import Any

from astra.api import fields, patterns
from astra.api.problems import CONFLICT
from astra.api.serializers import extended_error
from astra.resources.composed import Constant, Known
from astra.resources.members import ABSENT, BY_SERVICE, OPTIONAL, REQUIRED, Flag, Text
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, DELETE, REPLACE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from hooks import kinds
from hooks.actions.guarding import ReadOnlyGuard, refuse_off
from hooks.models import NAME_MAX_LENGTH, SOURCE_MAX_LENGTH, HookSource

CHECKSUM = "^([0-9a-fA-F]){32}$"


class Source(Text):
    """`source`: in base64; of a private one no answer has it."""

    reads_also = ("private",)
    is_filtered = False

    def written(self, row: Any, now: datetime) -> Any:
        return None if row.private else row.source

    def stored(self, value: Any) -> Any:
        return value


def checksum(source: HookSource, now: datetime) -> str:
    """Return `sourceMD5Checksum`: of the text in base64."""
    return hashlib.md5(source.source.encode(), usedforsecurity=False).hexdigest()


def is_a_script(body: dict[str, Any]) -> dict[str, Any]:
    """Refuse a source that is no text, or has carriage returns (problem 9)."""
    try:
        text = base64.b64decode(body.get("source", "")).decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\r" in text or "\0" in text:
        reason = "Must be text without binary data and carriage returns, in base64."
        raise extended_error("source", reason)
    return body


MEMBERS = Members(
    kinds.HOOK_SOURCE,
    Text("name", create=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Flag("private", **BY_SERVICE),
    Flag("preloaded", **BY_SERVICE),
    Constant("sourceType", "script", create=REQUIRED, replace=OPTIONAL, fixed=True),
    Source(
        "source",
        create=REQUIRED,
        sometimes=True,
        pattern=patterns.BASE64,
        max_length=SOURCE_MAX_LENGTH,
        help="A script, in base64.",
        example="ZWNobyBmcmVlemUK",
    ),
    Known(
        "sourceMD5Checksum",
        partial(fields.StrictCharField, pattern=CHECKSUM),
        value=checksum,
        reads_also=("source",),
        sometimes=False,
        create=ABSENT,
        example="7e2000aac2a9e20cd61464fa514bfa6f",
    ),
    Text("description", sometimes=True, max_length=511),
    module=__name__,
    validate=is_a_script,
)

HOOK_SOURCE = Resource(
    model=HookSource,
    members=MEMBERS,
    paths=("core/v1/hookSources",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures={},
    refusals={
        CREATE: (kinds.HOOKS_ARE_OFF,),
        REPLACE: (kinds.HOOKS_ARE_OFF, kinds.SOURCE_IS_PRELOADED),
        DELETE: (kinds.HOOKS_ARE_OFF, kinds.SOURCE_IS_PRELOADED),
    },
    taken=(Taken("hook_source_name_is_unique", CONFLICT, "name"),),
    may_create=refuse_off,
    in_use=kinds.SOURCE_IN_USE,
    guarding=ReadOnlyGuard.on,
    columns=("name", "preloaded"),
    seeding=Seeding(order=55),
)
