#!/usr/bin/env bash
# MariaDB, on loopback, with TLS and without. Under root it runs as the user that its package makes.
server=mariadb
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
source "$here/certificates.sh"
setting MILLRACE_MARIADB_PORT 3406
address=127.0.0.1:$MILLRACE_MARIADB_PORT
as_user mysql

environment() {
  echo "MARIADB_URL=mysql://millrace:millrace@$address/millrace"
  certificate_files
}

install() {
  provide mariadbd mariadb-server
  as_user mysql
  [ -d "$data/mysql" ] || create
}

create() {
  say "creating its folder (about 3 s)"
  own_data mysql
  "${as[@]}" mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --auth-root-authentication-method=normal \
    >>"$state/logs/install.log" 2>&1 || fail "mariadb-install-db failed: see $state/logs/install.log"
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
  give_certificates mysql
  say "starting (about 2 s)"
  spawn mariadb "${as[@]}" mariadbd --no-defaults --datadir="$data" --bind-address=127.0.0.1 --port="$MILLRACE_MARIADB_PORT" \
    --socket="/tmp/millrace-mariadb-$MILLRACE_MARIADB_PORT.sock" --pid-file="$data/mariadb.pid" --init-file="$data/init.sql" \
    --ssl-ca="$data-tls/ca.pem" --ssl-cert="$data-tls/server.pem" --ssl-key="$data-tls/server.key"
}

ready() {
  local client=(mariadb --no-defaults -h 127.0.0.1 -P "$MILLRACE_MARIADB_PORT")
  [ "$MILLRACE_SERVICES" != docker ] || client=(compose exec -T mariadb mariadb)
  "${client[@]}" -umillrace -pmillrace -e 'select 1' millrace >/dev/null 2>&1
}

run "$@"
