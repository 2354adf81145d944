#!/bin/sh
# Runs once, when the server's folder is empty: a user and a database for Regulars, and one for Airflow.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set regulars_password="$REGULARS_DB_PASSWORD" --set airflow_password="$AIRFLOW_DB_PASSWORD" <<'SQL'
create role regulars login password :'regulars_password';
create database regulars owner regulars;
create role airflow login password :'airflow_password';
create database airflow owner airflow;
revoke connect on database regulars, airflow from public;
SQL
