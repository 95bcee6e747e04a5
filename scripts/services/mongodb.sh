#!/usr/bin/env bash
# A server that speaks MongoDB's protocol: mongo-java-server on H2, because Debian has no mongod. Data survive a restart.
server=mongodb
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
setting MILLRACE_MONGODB_PORT 27117
address=127.0.0.1:$MILLRACE_MONGODB_PORT
maven=${MILLRACE_MAVEN_URL:-https://repo1.maven.org/maven2}
jars=$cache/mongodb/jars
source_file=$here/mongodb/MongoServer.java
classes=$cache/mongodb/classes-$(cksum <"$source_file" | cut -d' ' -f1)

environment() { echo "MONGODB_URI=mongodb://$address/millrace"; }

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
  spawn mongodb java -Xmx512m -cp "$jars/*:$classes" MongoServer "$MILLRACE_MONGODB_PORT" "$data/millrace.h2"
}

ready() {
  if [ "$MILLRACE_SERVICES" = docker ]; then
    compose exec -T mongodb mongosh --quiet --eval 'db.adminCommand("ping")' >/dev/null 2>&1
  else
    port_open "$MILLRACE_MONGODB_PORT"
  fi
}

run "$@"
