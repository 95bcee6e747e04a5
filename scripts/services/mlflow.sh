#!/usr/bin/env bash
# MLflow's tracking server and model registry, in a Python environment of its own, on loopback.
server=mlflow
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
setting MILLRACE_MLFLOW_PORT 5100
address=127.0.0.1:$MILLRACE_MLFLOW_PORT
version=3.17.2
venv=$cache/mlflow-$version

environment() { echo "MLFLOW_TRACKING_URI=http://$address"; }

install() {
  provide curl curl ca-certificates
  { flock 8 && install_mlflow; } 8>"$cache/mlflow.lock"
}

install_mlflow() {
  [ ! -e "$venv/complete" ] || return 0
  make_venv
  say "installing MLflow $version with pip (1 to 5 minutes, once a machine)"
  local attempt
  for attempt in 1 2 3; do
    if "$venv/bin/pip" install --quiet --timeout 120 --retries 10 "mlflow==$version" >>"$state/logs/install.log" 2>&1; then
      touch "$venv/complete"
      return
    fi
    say "pip ended with an error (attempt $attempt of 3): see $state/logs/install.log"
  done
  fail "MLflow could not be installed: see $state/logs/install.log"
}

make_venv() {
  local python=python3
  can_make_venv python3 || python=/usr/bin/python3
  can_make_venv $python || apt_install python3 python3-venv
  "$python" -m venv "$venv"
}

can_make_venv() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }

launch() {
  mkdir -p "$data"
  say "starting (about 6 s)"
  MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
    spawn mlflow "$venv/bin/mlflow" server --host 127.0.0.1 --port "$MILLRACE_MLFLOW_PORT" --workers 1 \
    --backend-store-uri "sqlite:///$data/mlflow.db" --artifacts-destination "$data/artifacts" --serve-artifacts \
    --allowed-hosts "localhost:*,127.0.0.1:*,mlflow:*"
}

ready() { http_ok "http://$address/health"; }

run "$@"
