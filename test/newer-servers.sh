#!/usr/bin/env bash
# Installs servers that are newer than the machine's own: Prometheus 3 as prometheus-3, VictoriaMetrics with vmalert,
# kustomize, docker-compose. They come from Debian's next release but one, unpacked beside the system, whose packages stay as they are.
# Run it as root: bash test/newer-servers.sh
set -euo pipefail
suite=forky
into=/opt/nanwatch-newer-servers
state=$into/apt
mkdir -p "$state"/{state/lists/partial,cache/archives/partial,sources} "$into/debs" "$into/root"
touch "$state/status"
mirror=$(grep -rhoE 'https?://\S*debian/?(\s|$)' /etc/apt/ 2>/dev/null | grep -v security | head -1 | tr -d '[:space:]' || true)
printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
  "${mirror:-http://deb.debian.org/debian}" "$suite" >"$state/sources/newer.sources"
apt=(apt-get -qq -o Dir::State="$state/state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache"
  -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$state/sources" -o Debug::NoLocking=1)
"${apt[@]}" update
(cd "$into/debs" && "${apt[@]}" download prometheus promtool victoria-metrics kustomize docker-compose 2>/dev/null)
for package in "$into"/debs/*.deb; do dpkg -x "$package" "$into/root"; done
for program in prometheus promtool; do ln -sf "$into/root/usr/bin/$program" "/usr/local/bin/$program-3"; done
for program in victoria-metrics vmalert kustomize; do ln -sf "$into/root/usr/bin/$program" "/usr/local/bin/$program"; done
ln -sf "$(find "$into/root" -name docker-compose -type f -perm -u+x | head -1)" /usr/local/bin/docker-compose
rm -rf "$state" "$into/debs"
