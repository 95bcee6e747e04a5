#!/usr/bin/env bash
# An S3 server (MinIO, built from source once and kept in the cache), on loopback.
server=s3
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
setting MILLRACE_S3_PORT 9100
address=127.0.0.1:$MILLRACE_S3_PORT
module=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
minio=$cache/minio-${module##*-}
go_version=1.24.0
# Where a bucket with a notification sends its events, as soon as there is a broker; docs/triggers.md.
rabbitmq_port=${MILLRACE_RABBITMQ_PORT:-$(cat "$state/settings/MILLRACE_RABBITMQ_PORT" 2>/dev/null || echo 5673)}
key_id=millrace
secret_key=millrace-loopback-only

environment() {
  echo "S3_ENDPOINT=http://$address"
  echo "S3_ACCESS_KEY_ID=$key_id"
  echo "S3_SECRET_ACCESS_KEY=$secret_key"
  echo "S3_REGION=us-east-1"
  echo "S3_NOTIFICATION_ARN=arn:minio:sqs:us-east-1:MILLRACE:amqp"
}

install() {
  provide curl curl ca-certificates
  { flock 8 && build; } 8>"$cache/s3.lock"
}

build() {
  [ ! -x "$minio" ] || return 0
  local go
  go=$(find_go) || {
    download_go
    go=$cache/go/bin/go
  }
  say "building MinIO from source (2 to 4 minutes, once a machine)"
  mkdir -p "$cache/build"
  GOBIN=$cache/build GOFLAGS=-mod=mod "$go" install "$module" >>"$state/logs/install.log" 2>&1 ||
    fail "MinIO could not be built: see $state/logs/install.log"
  mv "$cache/build/minio" "$minio"
}

# Go 1.21 or newer: from there on it fetches the exact toolchain that a module asks for.
find_go() {
  local go
  for go in "$(command -v go)" /usr/local/go/bin/go "$cache/go/bin/go"; do
    [ -x "$go" ] && [ "$("$go" env GOVERSION | cut -d. -f2)" -ge 21 ] && echo "$go" && return
  done
  return 1
}

download_go() {
  local archive=go$go_version.linux-$(dpkg --print-architecture).tar.gz
  say "downloading Go $go_version (75 MB, under a minute)"
  fetch "https://go.dev/dl/$archive" "$cache/$archive" ||
    fail "Go could not be downloaded from go.dev: install Go 1.21 or newer, or put a minio binary at $minio"
  tar -xzf "$cache/$archive" -C "$cache"
  rm "$cache/$archive"
}

launch() {
  mkdir -p "$data"
  say "starting (about 3 s)"
  MINIO_NOTIFY_AMQP_ENABLE_MILLRACE=on MINIO_NOTIFY_AMQP_URL_MILLRACE=amqp://guest:guest@127.0.0.1:$rabbitmq_port \
    MINIO_NOTIFY_AMQP_EXCHANGE_MILLRACE=millrace.arrivals MINIO_NOTIFY_AMQP_EXCHANGE_TYPE_MILLRACE=topic \
    MINIO_NOTIFY_AMQP_ROUTING_KEY_MILLRACE=s3 MINIO_NOTIFY_AMQP_DURABLE_MILLRACE=on \
    MINIO_NOTIFY_AMQP_DELIVERY_MODE_MILLRACE=2 MINIO_NOTIFY_AMQP_QUEUE_DIR_MILLRACE=$data/.notifications \
    MINIO_ROOT_USER=$key_id MINIO_ROOT_PASSWORD=$secret_key MINIO_BROWSER=off MINIO_UPDATE=off \
    spawn s3 "$minio" server --address "$address" "$data"
}

ready() { http_ok "http://$address/minio/health/ready"; }

run "$@"
