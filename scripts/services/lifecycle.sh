# What every server's file is built on: where things live, packages, processes by pid, readiness and the verbs.
# A server's file sets `server`, sources this one, defines install, launch, ready, address and environment, and ends
# with: run "$@"
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${MILLRACE_SERVICES_DIR:-$(cd "$here/../.." && pwd)/.services}
cache=${MILLRACE_SERVICES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}
deadline=${MILLRACE_SERVICES_DEADLINE:-90}
server=${server:-services}
data=$state/data/$server
settings=()
PATH=$PATH:/usr/sbin
mkdir -p "$state"/{data,logs,pids,settings,env.d,locks} "$cache"
state=$(cd "$state" && pwd)

say() { printf '%s: %s\n' "$server" "$*"; }

fail() {
  printf '%s: %s\n' "$server" "$*" >&2
  exit 1
}

# Sets the variable NAME: from the environment, else from the last start (so that stop finds what start made), else
# from the default.
setting() {
  [ -n "${!1:-}" ] || printf -v "$1" %s "$(cat "$state/settings/$1" 2>/dev/null || printf %s "$2")"
  settings+=("$1")
}

remember_settings() {
  local name
  for name in "${settings[@]}"; do printf %s "${!name}" >"$state/settings/$name"; done
}

setting MILLRACE_SERVICES native

# --- packages ---------------------------------------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

can_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

# Debian starts a server when its package is installed; ours are started by these scripts only.
without_autostart() {
  local policy=/usr/sbin/policy-rc.d
  if [ -e $policy ]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod +x $policy
  local status=0
  "$@" || status=$?
  as_root rm -f $policy
  return $status
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 "$@"
}

apt_install() {
  local log=$state/logs/install.log
  can_be_root || fail "only root can install packages. Run as root: apt-get install --no-install-recommends $* — then start again"
  say "installing $* with apt-get (about a minute)"
  {
    flock 8
    try_install "$@" || { apt update && try_install "$@"; } || fail "apt-get could not install $*: see $log, or install it yourself and start again"
  } 8>"$cache/apt.lock" >>"$log"
}

try_install() { without_autostart apt install -y --no-install-recommends "$@" 2>&1; }

# provide COMMAND PACKAGES… installs the packages only where the command is missing.
provide() {
  command -v "$1" >/dev/null || apt_install "${@:2}"
}

fetch() {
  curl --fail --silent --show-error --location --retry 5 --retry-all-errors --connect-timeout 30 --max-time 900 -o "$2" "$1"
}

# make_venv DIR: an empty Python environment, where there is none yet.
make_venv() {
  [ ! -x "$1/bin/pip" ] || return 0
  local python=python3
  can_make_venv python3 || python=/usr/bin/python3
  can_make_venv $python || apt_install python3 python3-venv
  "$python" -m venv "$1"
}

can_make_venv() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }

# pip_install VENV PACKAGES…, tried again where the network fails.
pip_install() {
  local attempt
  for attempt in 1 2 3; do
    ! "$1/bin/pip" install --quiet --timeout 120 --retries 10 "${@:2}" >>"$state/logs/install.log" 2>&1 || return 0
    say "pip ended with an error (attempt $attempt of 3): see $state/logs/install.log"
  done
  fail "${*:2} could not be installed with pip: see $state/logs/install.log"
}

# --- processes --------------------------------------------------------------------------------------------------------

# The state and the beginning of a process: "S 1234".
process() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f1,20; }

# A pid alone may be somebody else's by now: with the time it began it is the process that we started, or none.
pid_of() {
  local pid start now
  read -r pid start 2>/dev/null <"$state/pids/$1" || return 1
  now=$(process "$pid")
  [ -n "$start" ] && [ "${now#* }" = "$start" ] && [ "${now% *}" != Z ] && echo "$pid"
}

# The program leads a session of its own, so it outlives the shell and takes no lock of ours with it.
spawn() {
  local name=$1
  shift
  setsid "$@" >>"$state/logs/$name.log" 2>&1 </dev/null 8>&- 9>&- &
  local began
  began=$(process $!)
  echo "$! ${began#* }" >"$state/pids/$name"
  disown
}

# until_true SECONDS COMMAND… tries ten times a second.
until_true() {
  local tries=$(($1 * 10))
  shift
  until "$@"; do
    [ $((tries--)) -gt 0 ] || return 1
    sleep 0.1
  done
}

# end NAME SIGNAL SECONDS: the signal, a wait, and after that SIGKILL for what is left of its session.
end() {
  local pid
  if pid=$(pid_of "$1"); then
    kill "-$2" "$pid" 2>/dev/null || true
    until_true "$3" has_ended "$1" || say "did not end within $3 s: killed"
    kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$state/pids/$1"
}

has_ended() { ! pid_of "$1" >/dev/null; }

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

http_ok() { curl --fail --silent --output /dev/null --max-time 5 "$@"; }

# --- an unprivileged user, for the databases that refuse to run as root -------------------------------------------------

# as_user USER sets `as` (a command prefix) and moves `data` to where that user can reach it.
as_user() {
  as=()
  [ "$(id -u)" = 0 ] || return 0
  as=(setpriv "--reuid=$1" "--regid=$1" --init-groups env HOME=/)
  if id "$1" >/dev/null 2>&1 && ! "${as[@]}" test -x "$state/data"; then
    data=/var/tmp/millrace-services-$(printf %s "$state" | cksum | cut -d' ' -f1)/$server
  fi
}

own_data() {
  mkdir -p "$data"
  [ "$(id -u)" != 0 ] || chown "$1" "$data"
}

# --- the verbs --------------------------------------------------------------------------------------------------------

compose() { docker-compose-any -p millrace-services -f "$here/compose.yml" "$@"; }

docker-compose-any() {
  local name
  for name in "${settings[@]}"; do export "${name?}"; done
  if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}

write_environment() {
  environment | sed 's/^/export /' >"$state/env.d/$server"
  gather_environment
}

gather_environment() {
  {
    flock 8
    cat "$state"/env.d/* >"$state/env.new" 2>/dev/null || true
    mv "$state/env.new" "$state/env"
  } 8>"$state/locks/env"
}

await_ready() {
  local until=$((SECONDS + deadline))
  until ready; do
    [ "$MILLRACE_SERVICES" = docker ] || pid_of "$server" >/dev/null || fail "ended while starting. Its last words:
$(tail -n 15 "$state/logs/$server.log")"
    [ $SECONDS -lt $until ] || fail "not ready after $deadline s: see $state/logs/$server.log (if its port was changed while it ran: stop it first)"
    sleep 0.2
  done
}

start_native() {
  install
  if ! pid_of "$server" >/dev/null; then
    ! port_open "${address##*:}" || fail "port ${address##*:} belongs to another program: choose another with ${settings[1]}"
    launch
  fi
}

start() {
  if { [ "$MILLRACE_SERVICES" = docker ] || pid_of "$server" >/dev/null; } && ready; then
    say "already running on $address"
  else
    if [ "$MILLRACE_SERVICES" = docker ]; then compose up -d "$server"; else start_native; fi
    await_ready
    say "ready on $address"
  fi
  remember_settings
  write_environment
}

# Stopping keeps the data and the line in the env file: a test that takes a server away brings it back.
stop() {
  if [ "$MILLRACE_SERVICES" = docker ]; then
    if [ "${1:-}" = KILL ]; then compose kill "$server"; else compose stop "$server"; fi
  else
    end "$server" "${1:-${stop_signal:-TERM}}" 30
    if declare -F after_stop >/dev/null; then after_stop; fi
  fi
  say stopped
}

status() {
  if ready; then say "ready on $address"; else say "not running" && return 1; fi
}

forget() {
  stop
  rm -f "$state/env.d/$server"
  gather_environment
}

clean() {
  forget
  [ "$MILLRACE_SERVICES" != docker ] || compose rm -fsv "$server"
  rm -rf "$data" "$data-tls" "$state/logs/$server"*.log
  local name
  for name in "${settings[@]:1}"; do rm -f "$state/settings/$name"; done
  say "data removed"
}

# Two calls at once for the same server wait for each other.
alone() {
  {
    flock 9
    "$@"
  } 9>"$state/locks/$server"
}

run() {
  local verb=${1:-}
  case $verb in
    ready) ready ;;
    status) status ;;
    install | start | stop | forget | clean) alone "$verb" ;;
    crash) alone stop KILL ;;
    *) fail "usage: $server.sh install | start | stop | crash | ready | status | forget | clean" ;;
  esac
}
