#!/usr/bin/env bash
# A server that speaks MongoDB's protocol: mongo-java-server on H2, because Debian has no mongod. Data survive a restart.
# mongodb-set.sh starts another one, as a replica set, with the same lines.
server=${mongodb_server:-mongodb}
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
set_name=${mongodb_set:-}
variable=${mongodb_variable:-MONGODB}
setting "MILLRACE_${variable}_PORT" "${mongodb_port:-27117}"
port=MILLRACE_${variable}_PORT
port=${!port}
address=127.0.0.1:$port
maven=${MILLRACE_MAVEN_URL:-https://repo1.maven.org/maven2}
jars=$cache/mongodb/jars
source_file=$here/mongodb/MongoServer.java
classes=$cache/mongodb/classes-$(cksum <"$source_file" | cut -d' ' -f1)

# A set in Docker names its member by an address that is inside: whoever connects has to stay with the one given.
environment() {
  local direct=
  [ -z "$set_name" ] || [ "$MILLRACE_SERVICES" != docker ] || direct="?directConnection=true"
  echo "${variable}_URI=mongodb://$address/millrace$direct"
}

install() {
  provide curl curl ca-certificates
  provide javac default-jdk-headless
  { flock 8 && fetch_jars && compile; } 8>"$cache/mongodb.lock"
}

fetch_jars() {
  mkdir -p "$jars"
  (cd "$jars" && sed 's#  .*/#  #' "$here/mongodb/jars.sha256" | sha256sum --check --status 2>/dev/null) && return
  say "downloading mongo-java-server from Maven Central (6 MB, some seconds)"
  local sum path
  while read -r sum path; do fetch "$maven/$path" "$jars/${path##*/}"; done <"$here/mongodb/jars.sha256"
  (cd "$jars" && sed 's#  .*/#  #' "$here/mongodb/jars.sha256" | sha256sum --check --quiet) ||
    fail "a downloaded jar is not what mongodb/jars.sha256 says: remove $jars and try again"
}

compile() {
  [ -f "$classes/MongoServer.class" ] || javac -cp "$jars/*" -d "$classes" "$source_file"
}

launch() {
  mkdir -p "$data"
  say "starting (about 1 s)"
  spawn "$server" java -Xmx512m -cp "$jars/*:$classes" MongoServer "$port" "$data/millrace.h2" ${set_name:+"$set_name"}
}

ready() {
  if [ "$MILLRACE_SERVICES" = docker ]; then
    shell 'db.adminCommand("ping")' && { [ -z "$set_name" ] || is_set; }
  else
    port_open "$port"
  fi
}

shell() { compose exec -T "$server" mongosh --quiet --eval "$1" >/dev/null 2>&1; }

is_set() {
  shell "try { rs.status() } catch (e) { rs.initiate({ _id: '$set_name', members: [{ _id: 0, host: 'localhost:27017' }] }) }"
  shell 'if (!db.hello().isWritablePrimary) quit(1)'
}

run "$@"
