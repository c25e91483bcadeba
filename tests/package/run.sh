#!/usr/bin/env bash
# Installs packages in clean roots and tries them: tests/package/run.sh [DIST], where the .deb, the .rpm
# and wheels are. Needs root, and debootstrap and rpm, which it installs on Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
dist=$(realpath "${1:-dist}")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
command -v debootstrap >/dev/null && command -v rpm >/dev/null || apt-get install -y -q debootstrap rpm >/dev/null

# The summary of a capture, and a table in a columnar format, by the program of a root.
try() {
  cp testdata/dns.pcap "$1/tmp/"
  local rows
  rows=$(chroot "$1" "$2" -f csv /tmp/dns.pcap)
  grep -q '^/tmp/dns.pcap,ok,pcap,' <<<"$rows"
  chroot "$1" "$2" -t packets -f parquet -o /tmp/tables /tmp/dns.pcap
  [ "$(head -c 4 "$1/tmp/tables/packets.parquet")" = PAR1 ]
}

for package in "$dist"/*.deb; do
  [ -e "$package" ] || continue
  debootstrap --variant=minbase bookworm "$root/deb" >/dev/null
  cp "$package" "$root/deb/tmp/package.deb"
  chroot "$root/deb" dpkg -i /tmp/package.deb >/dev/null
  try "$root/deb" /usr/bin/pcapstat
  for file in man/man1/pcapstat.1 bash-completion/completions/pcapstat zsh/vendor-completions/_pcapstat \
    doc/pcapstat/LICENSE-MIT doc/pcapstat/THIRD-PARTY-LICENSES.md; do
    [ -s "$root/deb/usr/share/$file" ] || [ -s "$root/deb/usr/share/$file.gz" ] || { echo "no $file"; exit 1; }
  done
  chroot "$root/deb" dpkg -r pcapstat >/dev/null
  [ ! -e "$root/deb/usr/bin/pcapstat" ]
  echo "installed, tried, removed: $(basename "$package")"
done

for package in "$dist"/*.rpm; do
  [ -e "$package" ] || continue
  # Alone in a root: the program needs no library, and what every system has in /dev. Debian's rpm
  # warns that it is not Debian's way.
  mkdir -p "$root/rpm/tmp" "$root/rpm/dev"
  mknod "$root/rpm/dev/random" c 1 8
  mknod "$root/rpm/dev/urandom" c 1 9
  rpm --root "$root/rpm" --nodeps -i "$package" 2>/dev/null
  try "$root/rpm" /usr/bin/pcapstat
  [ -s "$root/rpm/usr/share/man/man1/pcapstat.1" ]
  rpm --root "$root/rpm" -e pcapstat 2>/dev/null
  [ ! -e "$root/rpm/usr/bin/pcapstat" ]
  echo "installed, tried, removed: $(basename "$package")"
done

for wheel in "$dist"/*.whl; do
  [ -e "$wheel" ] || continue
  python3 -m venv "$root/venv"
  "$root/venv/bin/pip" install --quiet --disable-pip-version-check "$wheel"
  "$root/venv/bin/pcapstat" -f csv testdata/dns.pcap | grep -q '^testdata/dns.pcap,ok,pcap,'
  "$root/venv/bin/python" -c 'import pcapstat; assert pcapstat.tables(["testdata/dns.pcap"])["summary"].num_rows == 1'
  "$root/venv/bin/pip" uninstall --quiet --yes pcapstat
  [ ! -e "$root/venv/bin/pcapstat" ]
  echo "installed, tried, removed: $(basename "$wheel")"
done
