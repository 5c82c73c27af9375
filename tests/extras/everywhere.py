"""Differences of every resource, and of many."""

from tests.extras.extra import Extra

EXTRAS = (
    Extra(
        "problem 38 on every PUT",
        "Preconditions are documented in prose for every PUT, but listed on one.",
        problems=(38,),
        where=r"^PUT ",
    ),
    Extra(
        "problems 49, 80 to 105 as the 500 of operations that list none",
        "The catalogue has a number for the failure of most operations.",
        problems=(49, 80, 86, 87, 88, 90, 98, 99, 100, 101, 102, 103, 104, 105),
    ),
    Extra(
        "status 405 with problem 69",
        "The catalogue has the problem, no operation lists it; RFC 9110 asks for it, with Allow.",
        problems=(69,),
    ),
    Extra(
        "status 406 with problem 32",
        "Listed on five operations; an Accept header can rule out every other answer as well.",
        problems=(32,),
    ),
    Extra(
        "status 413 with problem 85",
        "The catalogue has the problem, no operation lists it; a body has a limit.",
        problems=(85,),
    ),
    Extra(
        "status 503 with problems 24 and 41",
        "Listed on no operation; a database out of reach is no fault of the request.",
        problems=(24, 41),
    ),
    Extra(
        "status 500 with problem 34 where an operation lists no 500 of its own",
        "Any operation can fail; the catalogue's general number stands in.",
        problems=(34,),
    ),
    Extra(
        "media type application/json for single instances",
        "Documented in prose only: Accept absent or */* gets application/json, and a body is read as"
        " JSON whatever its Content-Type says.",
        facts=(r"^\+ .*: (answer|request): media type application/json$",),
    ),
    Extra(
        "type and version beside items and metadata in a list",
        "The published examples show them, the published schemas do not declare them.",
        facts=(r"^\+ GET .*: answer (type|version): ",),
    ),
    Extra(
        "metadata of a list is continue and count alone",
        "A list is no stored resource: it has no labels, users and instants of its own.",
        facts=(
            r"^- GET .*: answer metadata\.(labels|createdBy|creationT|modificationT|modifiedBy)",
        ),
    ),
    Extra(
        "rows of include may be equal",
        "The schemas ask for unique items, but two resources can agree in the fields asked for.",
        facts=(r"^- GET .*: answer items: uniqueItems True$",),
    ),
    Extra(
        "all seven query parameters on every list",
        "The published document declares fewer on some; ASTRA_STRICT_QUERIES refuses the others.",
        facts=(r"^\+ GET .*: query parameter \w+: (declared|type string|pattern .*)$",),
    ),
    Extra(
        "headers that the published document describes in prose only",
        "Preconditions hold for every PUT; a failed backup may be deleted with Force-Delete.",
        facts=(
            r"^\+ PUT .*: header parameter If-[-A-Za-z]+: (declared|type string)$",
            r"^\+ DELETE .*: header parameter Force-Delete: ",
        ),
    ),
    Extra(
        "objects inside a PUT body are whole, and their lists have no equal elements",
        "What is absent is kept, but an element of a list or a bucket's place has no 'kept' part.",
        facts=(
            r"^\+ PUT .*: request (bucketParameters|\w+Resources|\w+Mapping)[^:]*: required$",
            r"^\+ .*: request restoreFilter\.GVKN\[\]\.\w+: uniqueItems True$",
        ),
    ),
    Extra(
        "patterns of queries and of schedules mean what their descriptions say",
        "The published filter repeats only one and the same clause, orderBy and filter accept a"
        " literal %20; those of schedules lack parentheses, and the API's own client sends * for a"
        " field that the granularity does not have.",
        facts=(
            r": query parameter (filter|orderBy): pattern ",
            r": (answer|request) (items\[\]\.)?(minute|hour|dayOfMonth|dayOfWeek): pattern ",
        ),
    ),
    Extra(
        "a PUT of a schedule, a mirror or a credential is answered 200 with it",
        "Published is 204 for every PUT; real servers answered these with 200, and the API's own client"
        " prints an error, or fails, where nothing comes.",
        facts=(
            r"^\+ PUT .*/\{(schedule|appMirror|credential)_id\}: (answers: status 200|answer)",
            r"^- PUT .*/\{(schedule|appMirror|credential)_id\}: answers: status 204$",
        ),
    ),
    Extra(
        "problem 41 is never answered where it is listed",
        "What keeps the service from answering keeps it from answering anything: 24.",
        unanswered=(41,),
        where=r"/core/v1/(settings|features|credentials)",
    ),
    Extra(
        "invalidFields on problems 8, 46, 47, 108, 111 and 143 as well",
        "The user's document shows invalidFields on every 400; problem documents are open.",
    ),
)
