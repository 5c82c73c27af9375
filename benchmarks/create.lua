-- Creates a backup per request, without a name: one row of snapshots, one of backups.
wrk.method = "POST"
wrk.body = '{"type":"application/astra-appBackup","version":"1.1"}'
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
wrk.headers["Content-Type"] = "application/astra-appBackup+json"
