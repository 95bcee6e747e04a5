#!/usr/bin/env bash
# Stops what up.sh started, by its process id. down.sh [--clean] [names…]: --clean removes the data too.
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"

verb=forget
if [ "${1:-}" = --clean ]; then
  verb=clean
  shift
fi
[ $# -gt 0 ] || set -- rabbitmq mongodb mongodb-set s3 mlflow mlflow2 postgres mariadb mysql clients
for name; do bash "$here/$name.sh" "$verb" & done
wait
[ "$verb" = forget ] || rm -f "$state/settings/MILLRACE_SERVICES"
