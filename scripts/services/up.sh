#!/usr/bin/env bash
# Installs (where absent) and starts the servers that the tests and the services can be run against, on loopback.
# up.sh [rabbitmq mongodb mongodb-set s3 mlflow mlflow2 postgres mariadb mysql clients]: all without names, but for mlflow2 and
# mysql, which then start in CI only, mysql where its archive can be reached. A second call changes nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"

wanted="$*"
[ $# -gt 0 ] || set -- rabbitmq mongodb mongodb-set s3 mlflow postgres mariadb clients ${CI:+mlflow2 mysql}
declare -A starting
for name; do
  [ -f "$here/$name.sh" ] && [[ $name != @(lifecycle|certificates) ]] || fail "there is no server $name: choose from rabbitmq mongodb mongodb-set s3 mlflow mlflow2 postgres mariadb mysql clients"
done
for name; do
  bash "$here/$name.sh" start &
  starting[$name]=$!
done

failed=()
for name; do
  wait "${starting[$name]}" && continue
  [[ $name == mysql && $wanted != *mysql* ]] && say "mysql did not start: its tests are left out" || failed+=("$name")
done
printf %s "$MILLRACE_SERVICES" >"$state/settings/MILLRACE_SERVICES"
[ ${#failed[@]} = 0 ] || fail "did not start: ${failed[*]}"
say "all ready. Their addresses: source $state/env"
