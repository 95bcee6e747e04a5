#!/usr/bin/env bash
# MySQL 8 beside MariaDB, on loopback, with TLS and without: it starts when it is asked for, and in CI. Debian has no MySQL, so
# the program and the libraries of its time come from Ubuntu 22.04, into a folder of their own.
server=mysql
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
source "$here/certificates.sh"
setting MILLRACE_MYSQL_PORT 3408
address=127.0.0.1:$MILLRACE_MYSQL_PORT
archive=${MILLRACE_UBUNTU_URL:-http://archive.ubuntu.com/ubuntu}
list=$here/mysql/debs.sha256
debs=$cache/mysql/debs
root=$cache/mysql/root-$(cksum <"$list" | cut -d' ' -f1)

environment() {
  echo "MYSQL_URL=mysql://millrace:millrace@$address/millrace"
  certificate_files
}

install() {
  provide curl curl ca-certificates
  provide dpkg-deb dpkg
  mkdir -p "$debs"
  { flock 8 && { [ -d "$root" ] || unpack; }; } 8>"$cache/mysql.lock"
  [ -d "$data/mysql" ] || create
}

unpack() {
  [ "$(uname -m)" = x86_64 ] || fail "there are no packages for $(uname -m): set MILLRACE_SERVICES=docker"
  say "downloading MySQL 8.0 from Ubuntu's archive (28 MB, some seconds)"
  local sum path
  while read -r sum path; do fetch "$archive/$path" "$debs/${path##*/}"; done <"$list"
  (cd "$debs" && sed 's#  .*/#  #' "$list" | sha256sum --check --quiet) ||
    fail "a downloaded package is not what mysql/debs.sha256 says: remove $debs and try again"
  rm -rf "$root.new"
  for path in "$debs"/*.deb; do dpkg-deb -x "$path" "$root.new"; done
  rm -rf "$root.new/usr/share/doc" "$debs"
  mv "$root.new" "$root"
}

mysqld() {
  "$@" env LD_LIBRARY_PATH="$root/usr/lib/x86_64-linux-gnu" "$root/usr/sbin/mysqld" --no-defaults --user="$(id -un)" \
    --datadir="$data" --lc-messages-dir="$root/usr/share/mysql" --character-sets-dir="$root/usr/share/mysql/charsets" \
    --plugin-dir="$root/usr/lib/mysql/plugin" "${flags[@]}"
}

create() {
  say "creating its folder (about 5 s)"
  mkdir -p "$data"
  flags=(--initialize-insecure)
  mysqld >>"$state/logs/install.log" 2>&1 || fail "mysqld --initialize-insecure failed: see $state/logs/install.log"
}

# Read at every start, so it must be harmless the second time.
write_init_file() {
  cat >"$data/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS millrace CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'millrace'@'%' IDENTIFIED BY 'millrace';
GRANT ALL ON *.* TO 'millrace'@'%' WITH GRANT OPTION;
DROP USER IF EXISTS 'root'@'localhost';
SQL
}

# The socket's path has a limit of about 100 characters, so it isn't in the data folder.
launch() {
  write_init_file
  give_certificates "$(id -un)"
  flags=(--bind-address=127.0.0.1 --port="$MILLRACE_MYSQL_PORT" --mysqlx=OFF --secure-file-priv=NULL --socket="/tmp/millrace-mysql-$MILLRACE_MYSQL_PORT.sock"
    --pid-file="$data/mysql.pid" --init-file="$data/init.sql" --max-allowed-packet=64M --skip-log-bin
    --ssl-ca="$data-tls/ca.pem" --ssl-cert="$data-tls/server.pem" --ssl-key="$data-tls/server.key")
  say "starting (about 3 s)"
  mysqld spawn mysql
}

# It listens before it has read its init file, and answers after that.
ready() {
  if [ "$MILLRACE_SERVICES" = docker ]; then
    compose exec -T mysql mysql -umillrace -pmillrace -h 127.0.0.1 -e 'select 1' millrace >/dev/null 2>&1
  else
    port_open "$MILLRACE_MYSQL_PORT"
  fi
}

run "$@"
