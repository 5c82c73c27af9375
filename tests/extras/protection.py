"""Differences of apps, and of what protects them: backups, schedules, mirrors, hooks."""

from tests.extras.extra import Extra

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
        "problem 132 where a schedule is made or renamed",
        "The catalogue has a number for a duplicate schedule, but lists it on no operation.",
        problems=(132,),
        where=r"^(POST|PUT) .*/schedules(/\{schedule_id\})?$",
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
        "names of namespaces and resources have up to 253 characters",
        "The published schema says so beside a $ref, where OpenAPI ignores it, and in prose.",
        facts=(
            r"namespaceMapping\[\]\.(source|destination): maxLength (63|253)$",
            r"namespaceScopedResources\[\]\.namespace: maxLength (63|253)$",
            r"restoreFilter\.GVKN\[\]\.names\[\]: maxLength (63|253)$",
        ),
    ),
    Extra(
        "links of an app are related ones with hints",
        "The published type of a link has more members and relations than an app ever shows.",
        facts=(r"^[-+] .*: answer (items\[\]\.)?links\[\]\.",),
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
        "problem 125 of mirrors is never answered",
        "It is of the hosted variant of the service; this is the other one, which replicates.",
    ),
)
