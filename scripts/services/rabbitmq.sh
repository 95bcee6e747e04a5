#!/usr/bin/env bash
# RabbitMQ with its management API, on loopback.
server=rabbitmq
source "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sh"
setting MILLRACE_RABBITMQ_PORT 5673
setting MILLRACE_RABBITMQ_MANAGEMENT_PORT 15673
address=127.0.0.1:$MILLRACE_RABBITMQ_PORT
management=127.0.0.1:$MILLRACE_RABBITMQ_MANAGEMENT_PORT
listener=$MILLRACE_RABBITMQ_PORT
[ "$MILLRACE_SERVICES" != docker ] || listener=5672
broker=/usr/lib/rabbitmq/bin/rabbitmq-server

export ERL_EPMD_PORT=$((MILLRACE_RABBITMQ_PORT + 15001)) ERL_EPMD_ADDRESS=127.0.0.1

environment() {
  echo "RABBITMQ_URL=amqp://guest:guest@$address"
  echo "RABBITMQ_MANAGEMENT_URL=http://guest:guest@$management"
}

install() {
  provide curl curl ca-certificates
  provide "$broker" rabbitmq-server
}

configure() {
  mkdir -p "$data/home"
  echo '[rabbitmq_management].' >"$data/enabled_plugins"
  cat >"$data/rabbitmq.conf" <<CONF
listeners.tcp.1 = $address
management.tcp.ip = 127.0.0.1
management.tcp.port = $MILLRACE_RABBITMQ_MANAGEMENT_PORT
log.console = true
log.console.level = warning
CONF
}

# The port mapper runs under our eyes too: started by Erlang it would stay behind when the broker ends.
launch() {
  configure
  say "starting (about 5 s)"
  end rabbitmq-epmd TERM 5
  spawn rabbitmq-epmd epmd
  RUNNING_UNDER_SYSTEMD=1 ERL_CRASH_DUMP_SECONDS=0 HOME=$data/home RABBITMQ_NODENAME=mill@localhost \
    RABBITMQ_DIST_PORT=$((MILLRACE_RABBITMQ_PORT + 20000)) RABBITMQ_MNESIA_BASE=$data/mnesia RABBITMQ_LOGS=- RABBITMQ_LOG_BASE=$data \
    RABBITMQ_PID_FILE=$data/broker.pid RABBITMQ_ENABLED_PLUGINS_FILE=$data/enabled_plugins RABBITMQ_CONFIG_FILE=$data/rabbitmq \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    spawn rabbitmq "$broker"
}

after_stop() { end rabbitmq-epmd TERM 5; }

ready() { http_ok -u guest:guest "http://$management/api/health/checks/port-listener/$listener"; }

run "$@"
