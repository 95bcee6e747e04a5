#!/usr/bin/env bash
# No server, but what the servers of this project are tried with: clients from PyPI in a Python environment of their own
# (tritonclient speaks the Open Inference Protocol, schemathesis sends whatever an OpenAPI document allows), and Chromium.
server=clients
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
tritonclient=2.73.0
schemathesis=4.32.5
venv=$cache/clients-$tritonclient-$schemathesis

environment() {
  echo "CLIENTS_PYTHON=$venv/bin/python"
  echo "SCHEMATHESIS=$venv/bin/schemathesis"
  echo "CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
}

install() {
  { flock 8 && install_clients; } 8>"$cache/clients.lock"
  command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || provide chromium chromium
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
status() { if [ -e "$venv/complete" ]; then say "installed"; else say "not installed" && return 1; fi; }
ready() { [ -e "$venv/complete" ]; }

run "$@"
