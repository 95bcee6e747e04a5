#!/usr/bin/env bash
# No server, but what the servers of this project are tried with: clients from PyPI in a Python environment of their own
# (tritonclient speaks the Open Inference Protocol, schemathesis sends whatever an OpenAPI document allows), Chromium, and the
# native onnxruntime, which is 290 MB and therefore not among what `npm test` installs.
server=clients
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
tritonclient=2.73.0
schemathesis=4.32.5
onnxruntime=1.30.0
runtime=$cache/onnxruntime-node-$onnxruntime
venv=$cache/clients-$tritonclient-$schemathesis

environment() {
  echo "CLIENTS_PYTHON=$venv/bin/python"
  echo "SCHEMATHESIS=$venv/bin/schemathesis"
  echo "ONNX_RUNTIME=$runtime/node_modules/onnxruntime-node"
  echo "CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
}

install() {
  { flock 8 && install_clients && install_runtime; } 8>"$cache/clients.lock"
  command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || provide chromium chromium
}

# Its script would fetch what CUDA needs; what the processor needs is in the package.
install_runtime() {
  [ ! -e "$runtime/complete" ] || return 0
  say "installing onnxruntime-node with npm (100 MB, once a machine)"
  npm install --prefix "$runtime" --ignore-scripts --no-audit --no-fund --loglevel=error "onnxruntime-node@$onnxruntime" >/dev/null
  touch "$runtime/complete"
}

install_clients() {
  [ ! -e "$venv/complete" ] || return 0
  make_venv "$venv"
  say "installing tritonclient and schemathesis with pip (about a minute, once a machine)"
  pip_install "$venv" "tritonclient[http]==$tritonclient" "schemathesis==$schemathesis"
  touch "$venv/complete"
}

start() {
  install
  say "installed"
  write_environment
}

stop() { :; }
status() { if ready; then say "installed"; else say "not installed" && return 1; fi; }
ready() { [ -e "$venv/complete" ] && [ -e "$runtime/complete" ]; }

run "$@"
