"""Differences of whatever else an account has: people, settings, clusters, buckets, notices."""

from tests.extras.extra import Extra

_NEVER_TOLD = (
    r"^- GET .*/(events|notifications)\b.*: answer (items\[\]\.)?"
    r"(correctiveAction|correctiveActionURL|data|descriptionURL|destinations|resourceCollectionURL"
    r"|resourceMethod|resourceMethodResult|resourceURI|userID|visibility)\b"
)

EXTRAS = (
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
        "version 1.1. of a setting is taken as 1.1",
        "The API's own client sends it so, and real servers take it.",
    ),
    Extra(
        "a setting that is enabled says true or false, a port is from 1 to 65535",
        "The published example of configSchema has no such limits; a configuration beyond them could"
        " be applied by nobody.",
    ),
    Extra(
        "problem 109 of certificates is never answered",
        "The catalogue has it for one whose data were tampered with; nothing does that here.",
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
)
