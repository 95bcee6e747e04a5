# Certificates of an authority of the tests' own, made at the first start and kept in $tls: ca.pem; server.pem for
# localhost and for no other name; client.pem for the user millrace_cert; stranger.pem, an authority that signed none of it.
tls=$state/tls

make_certificates() {
  provide openssl openssl
  mkdir -p "$tls"
  { flock 8 && { are_valid || sign_all; }; } 8>"$state/locks/tls"
}

are_valid() { openssl x509 -checkend 86400 -noout -in "$tls/client.pem" >/dev/null 2>&1 && [ -s "$tls/stranger.pem" ]; }

sign_all() {
  say "making certificates"
  make_authority ca && make_authority stranger
  sign server localhost "subjectAltName=DNS:localhost"
  sign client millrace_cert "extendedKeyUsage=clientAuth"
}

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

make_authority() {
  quietly openssl req -x509 "${new_key[@]}" -days 825 -subj "/CN=Millrace tests: $1" \
    -addext "keyUsage=critical,keyCertSign" -keyout "$tls/$1.key" -out "$tls/$1.pem"
}

# sign NAME COMMON-NAME EXTENSION
sign() {
  echo "$3" >"$tls/$1.ext"
  quietly openssl req -new "${new_key[@]}" -subj "/CN=$2" -keyout "$tls/$1.key" -out "$tls/$1.csr"
  quietly openssl x509 -req -days 800 -in "$tls/$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial \
    -extfile "$tls/$1.ext" -out "$tls/$1.pem"
}

quietly() { "$@" >>"$state/logs/install.log" 2>&1 || fail "$1 $2 failed: see $state/logs/install.log"; }

# A server reads its key from its own folder, as its own user. give_certificates USER
give_certificates() {
  make_certificates
  mkdir -p "$data-tls"
  cp "$tls/ca.pem" "$tls/server.pem" "$tls/server.key" "$data-tls/"
  chmod 600 "$data-tls/server.key"
  [ "$(id -u)" != 0 ] || chown -R "$1" "$data-tls"
}

# The lines of the environment. Images of Docker get no certificates.
certificate_files() {
  [ "$MILLRACE_SERVICES" = docker ] || echo "TLS_FILES=$tls"
}
