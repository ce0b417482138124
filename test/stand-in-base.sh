#!/usr/bin/env bash
# Makes what deploy/Dockerfile is built on, where no registry of images can be reached: Debian's C library, a shell and
# links to busybox, the Node of the npm package "node", npm, and the certificates of this machine. For tests only.
# Run it as root in the checkout, after npm ci: bash test/stand-in-base.sh
set -euo pipefail
name=$(sed -n 's/^FROM \(\S*\)$/\1/p' deploy/Dockerfile | tail -1)
podman image exists "docker.io/library/$name" && exit 0
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
chmod 755 "$into"
root=$into/root
mkdir -p "$into/debs" "$root"
cd "$into/debs"
apt-get -qq download base-files base-passwd libc6 libstdc++6 libgcc-s1 gcc-12-base busybox-static ca-certificates 2>/dev/null
for package in *.deb; do dpkg -x "$package" "$root"; done
cd "$OLDPWD"
mkdir -p "$root"/{etc,tmp,root,usr/bin,usr/lib/node_modules,usr/local/bin,usr/etc,etc/ssl/certs}
chmod 1777 "$root/tmp"
cp "$(readlink -f node_modules/node/bin/node)" "$root/usr/local/bin/node"
cp -r "$(dirname "$(readlink -f "$(command -v npm)")")/.." "$root/usr/lib/node_modules/npm"
ln -sf /usr/lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
busybox=$(cd "$root" && find bin usr/bin -name busybox | head -1)
for applet in sh mkdir chown cat ls env id sleep touch rm cp ln; do ln -sf "/$busybox" "$root/usr/bin/$applet"; done
[ -e "$root/bin" ] || ln -s usr/bin "$root/bin"
[ -e "$root/bin/sh" ] || ln -sf "/$busybox" "$root/bin/sh"
cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$root/etc/ssl/certs/ca-certificates.crt"
cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
tar -C "$root" -c . | podman import -q \
  -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
  -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "docker.io/library/$name" >/dev/null
