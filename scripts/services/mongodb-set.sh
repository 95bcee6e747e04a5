#!/usr/bin/env bash
# The same server as the one member of a replica set: its collections have change streams.
mongodb_server=mongodb-set
mongodb_set=millrace
mongodb_variable=MONGODB_SET
mongodb_port=27118
source "$(dirname "${BASH_SOURCE[0]}")/mongodb.sh" "$@"
