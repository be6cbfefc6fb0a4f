#!/bin/sh
# Checks the alerts, their tests, and every question of the dashboard with promtool (Debian: package prometheus).
set -eu
cd "$(dirname "$0")"
command -v promtool >/dev/null || { echo "promtool is missing: apt-get install prometheus"; exit 2; }
promtool check rules alerts.yml
promtool test rules alerts.test.yml
rules=$(mktemp)
trap 'rm -f "$rules"' EXIT
python3 - > "$rules" <<'PYTHON'
import json
dashboard = json.load(open("grafana-dashboard.json"))
print("groups:\n- name: dashboard\n  rules:")
number = 0
for panel in dashboard["panels"]:
    for target in panel.get("targets", []):
        text = target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*")
        number += 1
        print(f"  - record: question_{number}\n    expr: {json.dumps(text)}")
PYTHON
promtool check rules "$rules"
