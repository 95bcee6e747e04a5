#!/usr/bin/env bash
# The whole platform in containers on a machine that can't pull images: a base image made here, the services built on
# it, and the servers of `npm run services:up` behind relays.
#   deploy/try-compose.sh up [--scale trainer=3 …]   builds, starts, and waits until the gateway is ready
#   deploy/try-compose.sh down                       takes the containers away; the servers on the host stay
#   deploy/try-compose.sh ps | logs | …              anything else goes to compose as it is
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
state=${MILLRACE_SERVICES_DIR:-.services}
deadline=${TRY_COMPOSE_DEADLINE:-180}
environment=.env
[ -f .env ] || environment=.env.example

say() { printf 'compose: %s\n' "$*"; }

fail() {
  printf 'compose: %s\n' "$*" >&2
  exit 1
}

compose() {
  local command=(docker-compose)
  docker compose version >/dev/null 2>&1 && command=(docker compose)
  "${command[@]}" --env-file "$environment" --project-directory . -f docker-compose.yml -f deploy/compose.host-servers.yml "$@"
}

# The keys and ports of the servers on the host, and where containers find the host.
load_servers() {
  local file
  for file in "$state"/settings/*_PORT; do [ ! -f "$file" ] || export "${file##*/}=$(cat "$file")"; done
  [ ! -f "$state/env" ] || source "$state/env"
  DOCKER_BRIDGE=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}')
  export DOCKER_BRIDGE
  export S3_ACCESS_KEY_ID=${S3_ACCESS_KEY_ID:-none} S3_SECRET_ACCESS_KEY=${S3_SECRET_ACCESS_KEY:-none}
}

await_gateway() {
  local url=http://127.0.0.1:${GATEWAY_PORT:-8080}/ready until=$((SECONDS + deadline))
  until curl -fsS -o /dev/null --max-time 5 "$url" 2>/dev/null; do
    [ $SECONDS -lt $until ] || {
      compose ps
      fail "the gateway was not ready within $deadline s: $url — see deploy/try-compose.sh logs gateway"
    }
    sleep 1
  done
  say "the gateway is ready: ${url%/ready}"
}

up() {
  docker info >/dev/null 2>&1 || fail "no Docker daemon answers: start it first (as root: dockerd)"
  bash deploy/build-base-image.sh
  bash scripts/services/up.sh rabbitmq mongodb s3 mlflow
  load_servers
  mkdir -p incoming
  [ "$(id -u)" != 0 ] || chown 1000 incoming # the user of the services
  say "building and starting (the first time about 2 minutes)"
  compose up -d --build "$@"
  await_gateway
}

case ${1:-} in
  up) up "${@:2}" ;;
  "") fail "usage: deploy/try-compose.sh up [--scale trainer=3] | down | ps | logs …" ;;
  *)
    load_servers
    compose "$@"
    ;;
esac
