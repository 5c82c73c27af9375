#!/bin/bash
# A day in a lab: two dozen calls as people type them, to a host that is written into the script.
# Bodies are one line each and are taken apart without jq. Variables: ACCOUNT, TOKEN, CURL_OPTIONS.
set -eu

ASTRA=https://astra.lab.example.com
api() {
    local method=$1 path=$2
    shift 2
    # shellcheck disable=SC2086
    curl --silent --show-error --fail-with-body --insecure $CURL_OPTIONS --request "$method" \
        --header "Authorization: Bearer $TOKEN" --header 'Accept: */*' \
        "$ASTRA//accounts/$ACCOUNT//$path" "$@"
}
# The value of the first member of that name; of the object that has that name, its id.
member() { sed -n "s/^[^{]*{.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -1; }
id_of() { tr '{' '\n' | grep "\"name\":\"$1\"" | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4; }
say() { echo "lab: $*"; }

api GET '' >/dev/null
say "the account answers on one line: $(api GET '' | wc -l)"
cloud=$(api GET topology/v1/clouds | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
api GET "topology/v1/clouds/$cloud" >/dev/null
cluster=$(api GET topology/v1/managedClusters | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
api GET "topology/v1/managedClusters/$cluster/storageClasses" >/dev/null
api GET "topology/v1/clusters/$cluster/namespaces?include=name,id" >/dev/null

credential=$(api POST core/v1/credentials --data '{"type":"application/astra-credential","version":"1.1","name":"lab-s3","keyType":"s3","keyStore":{"accessKey":"QUtJQQ==","accessSecret":"c2VjcmV0"},"metadata":{"labels":[{"name":"astra.netapp.io/labels/read-only/credType","value":"s3"}]}}' | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
bucket=$(api POST topology/v1/buckets --data "{\"type\":\"application/astra-bucket\",\"version\":\"1.1\",\"name\":\"lab\",\"credentialID\":\"$credential\",\"provider\":\"generic-s3\",\"bucketParameters\":{\"s3\":{\"serverURL\":\"s3.lab.example.com\",\"bucketName\":\"lab\"}}}" | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
api GET "topology/v1/buckets/$bucket" >/dev/null

app=$(api GET 'k8s/v2/apps?include=name,id' | tr '[' '\n' | grep -o '"wiki","[^"]*"' | cut -d'"' -f4)
api GET "k8s/v2/apps/$app" >/dev/null
api GET "k8s/v1/apps/$app/appAssets" >/dev/null
snap=$(api POST "k8s/v1/apps/$app/appSnaps" --data '{"type":"application/astra-appSnap","version":"1.1","name":"lab-snap"}' | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
api GET "k8s/v1/apps/$app/appSnaps/$snap" >/dev/null
backup=$(api POST "k8s/v1/apps/$app/appBackups" --data "{\"type\":\"application/astra-appBackup\",\"version\":\"1.1\",\"name\":\"lab-backup\"}" | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
api GET "k8s/v1/apps/$app/appBackups/$backup" | grep -q '"state":"pending"'
api GET "k8s/v1/apps/$app/appBackups?filter=state%20eq%20'pending'" >/dev/null
schedule=$(api POST "k8s/v1/apps/$app/schedules" --data '{"type":"application/astra-schedule","version":"1.1","name":"lab-hourly","enabled":"true","granularity":"hourly","minute":"5","hour":null,"dayOfWeek":"*","dayOfMonth":"*","snapshotRetention":"2","backupRetention":"1"}' | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
api PUT "k8s/v1/apps/$app/schedules/$schedule" --data '{"type":"application/astra-schedule","version":"1.1","name":"lab-hourly","enabled":"false","granularity":"hourly","minute":"6","snapshotRetention":"2","backupRetention":"1"}' | grep -q '"minute":"6"'
api DELETE "k8s/v1/apps/$app/schedules/$schedule"
setting=$(api GET "core/v1/settings?filter=name%20eq%20'astra.account.ldap'&include=name,id" | grep -o '"astra.account.ldap","[^"]*"' | cut -d'"' -f4)
api GET "core/v1/settings/$setting" | grep -q '"configSchema"'
api GET "core/v1/notifications?orderBy=eventTime%20desc&limit=5&count=true" | grep -q '"count"'
api GET core/v1/users >/dev/null
api GET core/v1/roleBindings >/dev/null
api GET "k8s/v1/appMirrors" >/dev/null
if api GET "k8s/v1/apps/$app/appBackups/00000000-0000-4000-8000-000000000000" >/dev/null 2>&1; then
    say 'found what is not there'
    exit 1
fi
say "done: $backup"
