#!/bin/sh
# Run by Patroni once, on the first primary, with the URL of its superuser.
set -eu
psql --quiet --set=ON_ERROR_STOP=1 --dbname="$1" --set=password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE astra LOGIN PASSWORD :'password';
CREATE DATABASE astra OWNER astra;
SQL
