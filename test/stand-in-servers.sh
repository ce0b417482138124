#!/usr/bin/env bash
# Makes the images of Prometheus and Alertmanager that deploy/compose/compose.yaml names, where no registry of images can
# be reached: the programs of this machine with the C library they need, user, folders and entry point as in the images
# of the Prometheus project. They have no shell and no web pages. For tests only; an image that is there stays.
# Run it as root in the checkout: bash test/stand-in-servers.sh
set -euo pipefail
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT

# stand_in SERVICE PROGRAM: an image whose /bin/SERVICE is PROGRAM and whose /SERVICE is for its data
stand_in() {
  local service=$1 program name root library
  name=docker.io/$(sed -n "s|^    image: \(prom/$service:\S*\)$|\1|p" deploy/compose/compose.yaml)
  podman image exists "$name" && return
  program=$(readlink -f "$(command -v "$2")")
  root=$into/$service
  mkdir -p "$root"/{bin,etc,tmp} "$root/etc/$service" "$root/$service"
  chmod 1777 "$root/tmp"
  cp "$program" "$root/bin/$service"
  for library in $(ldd "$program" | grep -o '/\S*'); do cp -L --parents "$library" "$root"; done
  # Debian's Alertmanager has its templates beside it
  if [ -d "/usr/share/prometheus/$service" ]; then cp -L -r --parents "/usr/share/prometheus/$service" "$root"; fi
  echo 'nobody:x:65534:65534:nobody:/home:/bin/false' >"$root/etc/passwd"
  echo 'nobody:x:65534:' >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  chown 65534:65534 "$root/etc/$service" "$root/$service"
  tar -C "$root" -c . | podman import -q -c "ENTRYPOINT [\"/bin/$service\"]" -c 'USER nobody' \
    -c "WORKDIR /$service" -c "VOLUME /$service" - "$name" >/dev/null
}

stand_in prometheus prometheus-3
stand_in alertmanager prometheus-alertmanager
