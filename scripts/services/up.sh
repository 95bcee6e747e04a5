#!/usr/bin/env bash
# Installs (where absent) and starts the servers that the tests and the services can be run against, on loopback.
# up.sh [rabbitmq mongodb s3 mlflow mlflow2 postgres mariadb clients]: all without names, but for mlflow2, which then starts in CI
# only. A second call changes nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"

[ $# -gt 0 ] || set -- rabbitmq mongodb s3 mlflow postgres mariadb clients ${CI:+mlflow2}
declare -A starting
for name; do
  [ -f "$here/$name.sh" ] && [ "$name" != lifecycle ] || fail "there is no server $name: choose from rabbitmq mongodb s3 mlflow mlflow2 postgres mariadb clients"
done
for name; do
  bash "$here/$name.sh" start &
  starting[$name]=$!
done

failed=()
for name; do wait "${starting[$name]}" || failed+=("$name"); done
printf %s "$MILLRACE_SERVICES" >"$state/settings/MILLRACE_SERVICES"
[ ${#failed[@]} = 0 ] || fail "did not start: ${failed[*]}"
say "all ready. Their addresses: source $state/env"
