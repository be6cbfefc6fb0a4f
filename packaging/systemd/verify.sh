#!/usr/bin/env bash
# Checks the units with systemd-analyze. They are copied to a scratch folder with the program's path replaced, so that it
# need not be installed. Fails on anything systemd has to say about them, or if the two services' sandboxes differ.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v systemd-analyze >/dev/null; then
  echo "verify-units: systemd-analyze is missing; it comes with systemd" >&2
  exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
./instances "$scratch/templates"
cp *.service *.timer "$scratch/templates"/
cd "$scratch/templates"
units=(*.service *.timer)
for unit in "${units[@]}"; do
  sed 's|^ExecStart=[^ ]*social-mirror |ExecStart=/bin/true |' "$unit" >"$scratch/$unit"
done

failed=0
sandbox() { sed -n '/^# --- sandbox/,/^# --- end of sandbox/p' "$1"; }
if [ -z "$(sandbox social-mirror.service)" ] \
  || ! diff <(sandbox social-mirror.service) <(sandbox social-mirror-sync.service); then
  echo "verify-units: the sandboxes of the two services differ" >&2
  failed=1
fi

# A template is looked at as an instance of it.
instances=()
for unit in "${units[@]}"; do
  instance=${unit/@./@one.}
  [ "$instance" = "$unit" ] || cp "$scratch/$unit" "$scratch/$instance"
  instances+=("./$instance")
done
output=$(cd "$scratch" && systemd-analyze verify --man=no "${instances[@]}" 2>&1) || failed=1
# Other units of this machine may be complained about too; only ours count.
if complaints=$(grep -F -e social-mirror -e "$scratch" <<<"$output"); then
  printf '%s\n' "$complaints" >&2
  failed=1
elif [ "$failed" -ne 0 ]; then
  printf '%s\n' "$output" >&2
fi
if [ "$failed" -ne 0 ]; then
  echo "verify-units: failed" >&2
  exit 1
fi
echo "verify-units: ${units[*]}: no complaints"
# Below 2.0 of 10.
for unit in social-mirror.service social-mirror-sync.service; do
  exposure=$(systemd-analyze security --offline=true --no-pager --threshold=20 "$scratch/$unit" 2>/dev/null) || failed=1
  grep -F 'Overall exposure' <<<"$exposure"
done
exit "$failed"
