#!/usr/bin/env bash
# PostgreSQL, on loopback, with TLS and without. It refuses to run as root: then it runs as the user that its package makes.
server=postgres
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
source "$here/certificates.sh"
setting MILLRACE_POSTGRES_PORT 5532
address=127.0.0.1:$MILLRACE_POSTGRES_PORT
url=postgres://millrace:millrace@$address/millrace
as_user postgres

environment() {
  echo "POSTGRES_URL=$url"
  certificate_files
}

find_programs() { bin=$(find /usr/lib/postgresql -path "*/bin/initdb" -printf "%h\n" 2>/dev/null | sort -V | tail -n 1) || true; }
find_programs

install() {
  [ -n "$bin" ] || apt_install postgresql
  find_programs
  as_user postgres
  [ -s "$data/PG_VERSION" ] || create
}

create() {
  say "creating its folder (about 2 s)"
  own_data postgres
  local password
  password=$(mktemp)
  echo millrace >"$password"
  chmod 644 "$password"
  "${as[@]}" "$bin/initdb" -D "$data" -U millrace -E UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$password" \
    >>"$state/logs/install.log" 2>&1 || fail "initdb failed: see $state/logs/install.log"
  rm "$password"
}

# A lock file left by a crash counts while its pid is in the process table, even as a zombie that init hasn't reaped.
await_reaped() {
  local pid
  pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 0
  until_true 10 test ! -e "/proc/$pid" || fail "another server (process $pid) uses $data"
}

# Two users that tests make: one has to come with TLS, the other with its certificate.
write_access() {
  cat >"$data/access.conf" <<'CONF'
hostssl   all millrace_cert all cert
hostnossl all millrace_tls  all reject
host      all all           all scram-sha-256
CONF
  [ "$(id -u)" != 0 ] || chown postgres "$data/access.conf"
}

launch() {
  await_reaped
  give_certificates postgres
  write_access
  say "starting (about 1 s)"
  spawn postgres "${as[@]}" "$bin/postgres" -D "$data" -p "$MILLRACE_POSTGRES_PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c hba_file="$data/access.conf" -c ssl=on -c ssl_ca_file="$data-tls/ca.pem" -c ssl_cert_file="$data-tls/server.pem" -c ssl_key_file="$data-tls/server.key"
}

ready() {
  has_database && return
  [ "$MILLRACE_SERVICES" != docker ] && sql postgres 'create database millrace' && has_database
}

has_database() { sql millrace 'select 1'; }

sql() {
  if [ "$MILLRACE_SERVICES" = docker ]; then
    compose exec -T postgres psql -U millrace -qc "$2" "$1" >/dev/null 2>&1
  else
    "$bin/psql" -qc "$2" "${url%/*}/$1" >/dev/null 2>&1
  fi
}

# Fast shutdown: a smart one waits for every client to leave.
stop_signal=INT

run "$@"
