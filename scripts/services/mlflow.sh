#!/usr/bin/env bash
# MLflow's tracking server and model registry, in a Python environment of its own, on loopback. mlflow2.sh starts the last
# MLflow 2 with the same lines. The environment also has what opens our models in Python: onnx, onnxruntime and pandas.
server=${mlflow_server:-mlflow}
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
version=${mlflow_version:-3.17.2}
variable=${mlflow_variable:-MLFLOW}
setting "MILLRACE_${variable}_PORT" "${mlflow_port:-5100}"
port=MILLRACE_${variable}_PORT
port=${!port}
address=127.0.0.1:$port
venv=$cache/mlflow-$version

environment() {
  echo "${variable}_TRACKING_URI=http://$address"
  # Where the server is an image, there is no Python here that goes with it.
  [ ! -x "$venv/bin/python" ] || echo "${variable}_PYTHON=$venv/bin/python"
}

install() {
  provide curl curl ca-certificates
  { flock 8 && install_mlflow; } 8>"$cache/mlflow.lock"
}

install_mlflow() {
  [ ! -e "$venv/complete-with-onnx" ] || return 0
  make_venv "$venv"
  say "installing MLflow $version with pip (1 to 5 minutes, once a machine)"
  pip_install "$venv" "mlflow==$version" onnx onnxruntime ${mlflow_needs:+"$mlflow_needs"}
  touch "$venv/complete-with-onnx"
}

launch() {
  mkdir -p "$data"
  # Only MLflow 3 checks whom a request is for.
  local hosts=(--allowed-hosts "localhost:*,127.0.0.1:*,mlflow:*")
  case $version in 2.*) hosts=() ;; esac
  say "starting (about 6 s)"
  MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
    spawn "$server" "$venv/bin/mlflow" server --host 127.0.0.1 --port "$port" --workers 1 \
    --backend-store-uri "sqlite:///$data/mlflow.db" --artifacts-destination "$data/artifacts" --serve-artifacts \
    "${hosts[@]}"
}

ready() { http_ok "http://$address/health"; }

run "$@"
