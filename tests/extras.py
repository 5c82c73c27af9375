"""Where this service answers otherwise than the published document of release 24.02, and why.

The one list: ``tests.reference`` complains about every other answer, ``tests.openapi`` about every
other difference between the two documents. Each entry says what is different; those with problem
numbers also say on which operations the number may appear although the published document does not
list it there, or never appears although it does. The list only shrinks.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """One intended difference. ``where``: a pattern over `METHOD /path/template`.

    ``facts``: patterns over the differing facts of the documents, see ``tests.openapi.facts``; `+` is
    said by ours alone, `-` by the published one alone.
    """

    what: str
    why: str
    problems: tuple[int, ...] = ()
    where: str = "."
    unanswered: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()

    def covers(self, operation: str, number: int) -> bool:
        return number in self.problems and re.search(self.where, operation) is not None


_NEVER_TOLD = (
    r"^- GET .*/(events|notifications)\b.*: answer (items\[\]\.)?"
    r"(correctiveAction|correctiveActionURL|data|descriptionURL|destinations|resourceCollectionURL"
    r"|resourceMethod|resourceMethodResult|resourceURI|userID|visibility)\b"
)

EXTRAS = (
    Extra(
        "problems 46, 47, 108, 111, 112, 127 on the create of a backup",
        "The catalogue has a number for a snapshot that is unknown, of another app or unfinished,"
        " for an unknown bucket, for no bucket and for an app that is not ready, but lists them on"
        " no operation; a caller learns more from them than from 9.",
        problems=(46, 47, 108, 111, 112, 127),
        where=r"^POST .*/appBackups$",
    ),
    Extra(
        "problems 130, 145 and 158 on the create of a snapshot or a backup",
        "The catalogue has a number for a cluster that takes no snapshots, and for one that has no class"
        " for them, but lists 131 alone, on the create of a backup.",
        problems=(130, 145, 158),
        where=r"^POST .*/(appSnaps|appBackups)$",
    ),
    Extra(
        "problem 107 on the create of a backup",
        "Listed on no operation; only a fault rule answers it.",
        problems=(107,),
        where=r"^POST .*/appBackups$",
    ),
    Extra(
        "problems 108, 111 and 112 where a snapshot, a schedule or an app is made or changed",
        "The same causes as on the create of a backup get the same numbers.",
        problems=(108, 111, 112),
        where=r"^(POST|PUT) .*/(appSnaps|schedules|apps|\{schedule_id\}|\{app_id\})$",
    ),
    Extra(
        "problems 46, 74, 75, 76, 79, 122, 123, 124 and 129 where an app is made or restored",
        "The catalogue has a number for each source that is missing, of another app or on another"
        " cluster, for a namespace that is not there or taken, and for a missing forceUpdate header, but"
        " lists them on no operation.",
        problems=(46, 74, 75, 76, 79, 122, 123, 124, 129),
        where=r"^(POST|PUT) .*/apps(/\{app_id\})?$",
    ),
    Extra(
        "problem 142 on the deletion of a backup or a snapshot",
        "The catalogue has a number for an app that is being restored, but lists it on no operation.",
        problems=(142,),
        where=r"^DELETE .*/(\{appBackup_id\}|\{appSnap_id\})$",
    ),
    Extra(
        "problems 106, 117, 118 and 123 where a mirror is made, 150 where one is turned",
        "The catalogue has a number for each cause, but lists only 150, on the create.",
        problems=(106, 117, 118, 123, 150),
        where=r"^(POST|PUT) .*/appMirrors(/\{appMirror_id\})?$",
    ),
    Extra(
        "a mirror is reversed from established, without a fail-over",
        "No published transition leads from there to establishing; the API's own client asks for it, and"
        " real servers did it.",
    ),
    Extra(
        "a mirror has its destinationAppID from the start",
        "Real servers name it when the app is there; the published example of the 201 has it, and the"
        " API's own client fails on a list in which a mirror lacks it.",
    ),
    Extra(
        "problem 120 on the deletion of a snapshot",
        "The catalogue has a number for a snapshot that a mirror uses, but lists it on no operation.",
        problems=(120,),
        where=r"^DELETE .*/\{appSnap_id\}$",
    ),
    Extra(
        "problems 57 and 82 where a bucket is made or changed",
        "The catalogue has a number for a bucket that exists, and for a host of another type, but lists"
        " them on no operation.",
        problems=(57, 82),
        where=r"^(POST|PUT) .*/buckets(/\{bucket_id\})?$",
    ),
    Extra(
        "problems 39 and 81 where a credential is made or replaced",
        "The catalogue has numbers for a second password of a user and for the same password again,"
        " and lists them elsewhere or nowhere.",
        problems=(39, 81),
        where=r"^(POST|PUT) .*/credentials(/\{credential_id\})?$",
    ),
    Extra(
        "problems 1, 3, 4, 6 and 10 on the PUT of a credential",
        "The operation lists neither 401 nor 404, and no read-only member: they are the same as on"
        " every other PUT.",
        problems=(1, 3, 4, 5, 6, 10),
        where=r"^PUT .*/credentials/\{credential_id\}$",
    ),
    Extra(
        "problems 1 to 11 of groups and of what a directory has",
        "These operations list but some of what every other has; they refuse as all do.",
        problems=(1, 2, 3, 4, 5, 6, 8, 9, 10, 11),
        where=r"/(groups|ldapGroups|ldapUsers)(/\{\w+\})?$",
    ),
    Extra(
        "problems 1, 12, 14 and 35 of groups and of what a directory has, where they are listed",
        "An id that is none is 404, and no header of a GET or DELETE is looked at, as everywhere; the"
        " 404 of a GET is 2. A user who may not call is told so by 11.",
        unanswered=(1, 12, 14, 35),
        where=r"/(groups|ldapGroups|ldapUsers)(/\{\w+\})?$",
    ),
    Extra(
        "problems 1 to 6, 10, 11 and 110 of certificates",
        "Some operations list but a part of what every other does; 110 is listed on none.",
        problems=(1, 2, 3, 4, 5, 6, 10, 11, 110),
        where=r"/certificates(/\{certificate_id\})?$",
    ),
    Extra(
        "problem 41 of certificates is never answered",
        "There is always a trust store.",
        unanswered=(41,),
        where=r"/certificates(/\{certificate_id\})?$",
    ),
    Extra(
        "problem 11 on the list of credentials",
        "The operation lists no 403; a path of another account is refused as everywhere.",
        problems=(11,),
        where=r"^GET .*/credentials$",
    ),
    Extra(
        "problems 40, 41 and 166 of credentials are never answered",
        "Nothing stands behind the service that it could fail to reach, or that could not be ready.",
        unanswered=(40, 41, 166),
        where=r"/credentials",
    ),
    Extra(
        "problems 83, 84 and 175 on the deletion of a bucket",
        "The catalogue has numbers for a bucket in use and a default one; the operation lists no"
        " 409 at all.",
        problems=(83, 84, 175),
        where=r"^DELETE .*/buckets/\{bucket_id\}$",
    ),
    Extra(
        "problem 132 where a schedule is made or renamed",
        "The catalogue has a number for a duplicate schedule, but lists it on no operation.",
        problems=(132,),
        where=r"^(POST|PUT) .*/schedules(/\{schedule_id\})?$",
    ),
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
        "problems that need licences are never answered",
        "149, 154 and 177 speak of what the service does not have; 50 and the 46 of"
        " assets of snapshots that it would not find: that is its 404.",
        unanswered=(46, 50, 149, 154, 177),
        where=r"/(appAssets|appBackups|appSnaps|schedules|apps|\{app_id\})$",
    ),
    Extra(
        "problem 155 is never answered where an app is restored in place",
        "A part of it can be restored of every backup and snapshot; only a live app is no source.",
        unanswered=(155,),
        where=r"^PUT .*/apps/\{app_id\}$",
    ),
    Extra(
        "problem 148 is never answered",
        "Several backups and snapshots of one app may run at once.",
        unanswered=(148,),
    ),
    Extra(
        "media type application/json for single instances",
        "Documented in prose only: Accept absent or */* gets application/json, and a body is read as"
        " JSON whatever its Content-Type says.",
        facts=(r"^\+ .*: (answer|request): media type application/json$",),
    ),
    Extra(
        "version 1.2 of appBackup refused, state deleting never shown",
        "The service speaks the release of the user's document, which has 1.0 and 1.1 and no"
        " stateDetails; elsewhere, too, deletion is done when it is answered.",
        facts=(
            r"^- .*appBackups.*version: value 1\.2$",
            r"^- .*appBackups(/\{appBackup_id\})?: answer (items\[\]\.)?stateDetails",
            r"^- .*: (answer|request) (items\[\]\.)?state: value deleting$",
        ),
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
        "names of namespaces and resources have up to 253 characters",
        "The published schema says so beside a $ref, where OpenAPI ignores it, and in prose.",
        facts=(
            r"namespaceMapping\[\]\.(source|destination): maxLength (63|253)$",
            r"namespaceScopedResources\[\]\.namespace: maxLength (63|253)$",
            r"restoreFilter\.GVKN\[\]\.names\[\]: maxLength (63|253)$",
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
        "links of an app are related ones with hints",
        "The published type of a link has more members and relations than an app ever shows.",
        facts=(r"^[-+] .*: answer (items\[\]\.)?links\[\]\.",),
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
        "a PUT of a cloud, a cluster and a managed cluster is answered 200 with it",
        "Published is 204; real servers answered 200, older operators of connectors accept nothing else,"
        " and the API's own client prints an error where nothing comes.",
        facts=(
            r"^\+ PUT .*/\{(cloud|cluster|managedCluster)_id\}: (answers: status 200|answer)",
            r"^- PUT .*/\{(cloud|cluster|managedCluster)_id\}: answers: status 204$",
        ),
    ),
    Extra(
        "problems 44, 45, 63, 106, 108, 165, 167 and 171 of clouds and clusters",
        "The catalogue has a number for a credential that is not valid, for one or a cluster that is"
        " there already, for a cluster, a bucket or a storage class that is not, but lists most of them"
        " on no operation.",
        problems=(44, 45, 63, 106, 108, 165, 167, 171),
        where=r"^(POST|PUT) .*/(clouds|clusters|managedClusters)(/\{\w+\})?$",
    ),
    Extra(
        "problems 7, 9 and 10 on the PUT of a cluster",
        "It lists none of those that every other PUT lists.",
        problems=(7, 9, 10),
        where=r"^PUT .*/clusters/\{cluster_id\}$",
    ),
    Extra(
        "problems 9, 58, 59, 62, 64, 66, 67 and 160 of clouds and clusters are never answered",
        "They speak of what stands behind a real cluster: Trident, other CSI drivers, and providers that"
        " know its clusters. Here none is asked, so to every cloud clusters are added, and in every one"
        " they are changed and deleted: 92 and 93, listed on no operation, are not answered either.",
        unanswered=(9, 58, 59, 62, 64, 66, 67, 160),
        where=r"/(clouds|clusters)(/\{\w+\})?$",
    ),
    Extra(
        "kubernetesUID of a namespace is a UUID",
        "Published is a string without a pattern; Kubernetes has no others.",
        facts=(r"answer (items\[\]\.)?kubernetesUID: pattern ",),
    ),
    Extra(
        "problem 139 where a storage backend gets the address of another",
        "The catalogue has the number, and lists it on no operation.",
        problems=(139,),
        where=r"^(POST|PUT) .*/storageBackends(/\{storageBackend_id\})?$",
    ),
    Extra(
        "problem 10 on the deletion of a managed cluster below its cloud",
        "Nothing is published for it; what is managed is let go first.",
        problems=(10,),
        where=r"^DELETE .*/clusters/\{cluster_id\}$",
    ),
    Extra(
        "problem 106 where an app names a cluster that the account does not manage",
        "The catalogue has the number, and lists it on no operation.",
        problems=(106,),
        where=r"^POST .*/apps$",
    ),
    Extra(
        "connectorInstall and connectorCapabilities on the POST and PUT of clusters",
        "The schemas of 24.02 lack the first, and the second for managed clusters; the API's own client"
        " and the registration of connectors send them.",
        facts=(
            r"^\+ (POST|PUT) .*/(c|managedC)lusters[^:]*: request connector(Install|Capabilities)",
        ),
    ),
    Extra(
        "GCP, Azure and AWS as the type of a cloud",
        "So the API's own client and real servers write them; it takes every other for a private one.",
        facts=(r"cloudType: value (GCP|Azure|AWS)$",),
    ),
    Extra(
        "null in an optional member of a schedule counts as absent",
        "No schema has null; the API's own client sends it for every member it has no value for, and"
        " real servers took it.",
    ),
    Extra(
        "a schedule is a duplicate when its times are the same too",
        "Problem 132 speaks of 'this schedule': name, granularity, times and rule are compared, bucket"
        " and retention are not; real servers take a second schedule of a name.",
    ),
    Extra(
        "a recurrenceRule may begin in the past or in the future",
        "Its description wants DTSTART in the past; nothing is gained by refusing another.",
    ),
    Extra(
        "an app that was just defined takes snapshots and schedules at once",
        "Published is no more than problem 112 for an app that is not ready; public scripts take a"
        " snapshot right after the 201, and it is taken. A backup waits for ready.",
    ),
    Extra(
        "namespace on the create of an app, with version 2.0",
        "No schema of version 2 has it, but NetApp's workflow pages send it: where a source of a single"
        " namespace goes.",
        facts=(r"^\+ POST .*/apps: request namespace: ",),
    ),
    Extra(
        "version 1.1. of a setting is taken as 1.1",
        "The API's own client sends it so, and real servers take it.",
    ),
    Extra(
        "a setting that is enabled says true or false, a port is from 1 to 65535",
        "The published example of configSchema has no such limits; a configuration beyond them could"
        " be applied by nobody.",
    ),
    Extra(
        "a criterion of a hook has type and value, a source has at most 128 KiB",
        "The published schemas of bodies leave both to the description, that of an answer says so.",
        facts=(
            r"^\+ (POST|PUT) .*/executionHooks.*: request matchingCriteria\[\]\.\w+: required$",
            r"^\+ (POST|PUT) .*/hookSources.*: request source: maxLength 131072$",
        ),
    ),
    Extra(
        "hooks and their sources are read while the feature is off",
        "The switch keeps them from being written; the API's own client reads hooks to copy them.",
        unanswered=(168,),
        where=r"^GET .*/(executionHooks|hookSources)",
    ),
    Extra(
        "problem 109 of certificates is never answered",
        "The catalogue has it for one whose data were tampered with; nothing does that here.",
    ),
    Extra(
        "problem 125 of mirrors is never answered",
        "It is of the hosted variant of the service; this is the other one, which replicates.",
    ),
    Extra(
        "problems 133 and 159 of storage backends are never answered",
        "No storage system is asked, so none is out of reach, or has a certificate that expires.",
    ),
    Extra(
        "members of events, notifications and tasks that none of them has",
        "The history that they are read from knows no caller, no request, no page of advice and no"
        " other destination; nobody cancels a task.",
        facts=(
            _NEVER_TOLD,
            r"^- GET .*/tasks\b.*: answer (items\[\]\.)?(cancelTime|userID): ",
            r"^- GET .*/tasks\b.*: answer (items\[\]\.)?state: (maxLength 31|minLength 1)$",
        ),
    ),
    Extra(
        "the metrics of an account are text, and refuse what any call refuses",
        "Nothing is published of what they look like, nor of a query and an unknown account.",
        problems=(2, 5, 6),
        where=r"/metrics$",
        facts=(r"^\+ GET .*/metrics: answer: type string$",),
    ),
    Extra(
        "packageName has no limits of length",
        "It is one of three names.",
        facts=(r"^- .*/packages.*: (answer|request) (items\[\]\.)?packageName: (min|max)Length",),
    ),
    Extra(
        "the window of a bundle is taken with any offset and shown in UTC",
        "The API's own client sends an offset, the published schema of answers has none.",
    ),
    Extra(
        "problem 164 is never answered about certificates",
        "A certificate can be read in every state.",
        unanswered=(164,),
        where=r"/certificates",
    ),
    Extra(
        "configSchema is any object",
        "It says what a schema says; what any schema has is said by JSON Schema, not by every setting.",
        facts=(r"^- .*/settings.*: (answer|request) (items\[\]\.)?configSchema\.",),
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


def is_explained(difference: str) -> bool:
    """Tell whether a difference of the documents, `+ fact` or `- fact`, is intended."""
    return any(re.search(pattern, difference) for extra in EXTRAS for pattern in extra.facts)


def is_unanswered(operation: str, number: int) -> bool:
    """Tell whether the problem never appears on the operation although it is listed there."""
    return any(number in extra.unanswered and re.search(extra.where, operation) for extra in EXTRAS)


def is_extra(operation: str, number: int) -> bool:
    """Tell whether the problem may appear on the operation although it is not listed there."""
    return any(extra.covers(operation, number) for extra in EXTRAS)
