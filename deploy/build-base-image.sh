#!/usr/bin/env bash
# Makes a local base image under the name of the official one, for a machine that can't pull it: a minimal Debian with
# this machine's node and npm. It needs root, mmdebstrap and a Docker daemon.
set -euo pipefail

image=${1:-node:20-bookworm-slim}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
certificates=/etc/ssl/certs/ca-certificates.crt

say() { printf 'base image: %s\n' "$*"; }

if docker image inspect "$image" >/dev/null 2>&1; then
  say "$image is there"
  exit
fi
command -v mmdebstrap >/dev/null || apt-get install -y -qq --no-install-recommends mmdebstrap

say "a minimal Debian (about 20 s)"
mmdebstrap --quiet --variant=minbase --include=ca-certificates,libstdc++6,libatomic1 bookworm "$folder/root"

say "node $(node --version) and npm $(npm --version) of this machine"
local_modules=$folder/root/usr/local/lib/node_modules
mkdir -p "$local_modules" "$folder/root/usr/local/etc"
install -m 755 "$(readlink -f "$(command -v node)")" "$folder/root/usr/local/bin/node"
cp -rL "$(npm root --global)/npm" "$local_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$folder/root/usr/local/bin/npx"
chroot "$folder/root" useradd --create-home --uid 1000 --shell /bin/bash node

# Where packages come from and whom to trust, as this machine has it; no credentials.
install -m 644 "$(readlink -f "${NODE_EXTRA_CA_CERTS:-$certificates}")" "$folder/root$certificates"
printf 'registry=%s\ncafile=%s\n' "$(npm config get registry)" "$certificates" >"$folder/root/usr/local/etc/npmrc"

say "importing it as $image"
tar -C "$folder/root" -c . | docker import \
  -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  -c "ENV NODE_EXTRA_CA_CERTS=$certificates" -c 'CMD ["node"]' - "$image"
