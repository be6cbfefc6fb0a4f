#!/usr/bin/env bash
# A CRM's day, with curl: the site is away; a member is enrolled in an event, a profile changed, a comment written, a picture
# uploaded; the site returns and shows all of it.
#
#     drill/push/run day
set -euo pipefail
binary=$1
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_up() { for _ in $(seq 600); do curl -s -o /dev/null "$1" && return; sleep 0.1; done; echo "nothing answers at $1" >&2; exit 1; }
json() { python3 -c "import json, sys; d = json.load(sys.stdin); print($1)"; }

site=$(free) api=$(free)
"$binary" demo --site-port "$site" --changes 0 >"$folder/site.log" 2>&1 &
SITE=http://127.0.0.1:$site API=http://127.0.0.1:$api
until_up $SITE/jsonapi
cat >"$folder/config.json" <<END
{"site": {"baseURL": "$SITE", "auth": {"clientID": "demo-client", "clientSecret": "demo-secret", "username": "demo",
  "password": "demo-password"}, "requestsPerSecond": 1000}, "mirror": {"path": "mirror.sqlite"},
  "localAPI": {"port": $api}, "admin": {"port": 0}, "log": {"level": "warning"}}
END
export SOCIAL_MIRROR_CONFIG=$folder/config.json
"$binary" sync --quiet
secret=$("$binary" consumer add --label CRM --id crm | sed -n 's/^client_secret  *//p')

echo "== the site is away: only the mirror serves"
"$binary" serve >"$folder/serve.log" 2>&1 &
serving=$!
until_up $API/jsonapi
TOKEN=$(curl -s $API/oauth/token -d grant_type=client_credentials -d client_id=crm -d "client_secret=$secret" | json 'd["access_token"]')
call() { curl -sS -g -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/vnd.api+json' "$@"; }

event=$(call "$API/jsonapi/node/event?page[limit]=1" | json 'd["data"][0]["id"]')
topic=$(call "$API/jsonapi/node/topic?page[limit]=1" | json 'd["data"][0]["id"]')
profile=$(call "$API/jsonapi/profile/profile?page[limit]=1&sort=drupal_internal__profile_id" | json 'd["data"][0]["id"]')
member=$(call "$API/jsonapi/profile/profile/$profile" | json 'd["data"]["relationships"]["uid"]["data"]["id"]')

echo "-- enrol the member"
enrollment=$(call "$API/jsonapi/event_enrollment/event_enrollment" -d "{\"data\": {\"type\": \"event_enrollment--event_enrollment\",
  \"attributes\": {\"field_email\": \"member@example.org\", \"field_enrollment_status\": \"1\"}, \"relationships\": {
  \"field_event\": {\"data\": {\"type\": \"node--event\", \"id\": \"$event\"}},
  \"field_account\": {\"data\": {\"type\": \"user--user\", \"id\": \"$member\"}}}}}" | json 'd["data"]["id"]')
echo "-- change the profile"
call -o /dev/null -w '   %{http_code}\n' -X PATCH "$API/jsonapi/profile/profile/$profile" -d "{\"data\": {\"type\": \"profile--profile\",
  \"id\": \"$profile\", \"attributes\": {\"field_profile_first_name\": \"Ada\", \"field_profile_last_name\": \"Lovelace\"}}}"
echo "-- comment"
comment=$(call "$API/jsonapi/comment/comment" -d "{\"data\": {\"type\": \"comment--comment\", \"attributes\": {\"entity_type\": \"node\",
  \"field_name\": \"field_topic_comments\", \"field_comment_body\": {\"value\": \"<p>From the CRM</p>\", \"format\": \"basic_html\"}},
  \"relationships\": {\"entity_id\": {\"data\": {\"type\": \"node--topic\", \"id\": \"$topic\"}}}}}" | json 'd["data"]["id"]')
echo "-- upload a picture"
printf 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' | base64 -d >"$folder/crm.png"
curl -sS -o /dev/null -w '   %{http_code}\n' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/octet-stream' \
  -H 'Content-Disposition: file; filename="crm.png"' --data-binary "@$folder/crm.png" "$API/jsonapi/node/topic/$topic/field_topic_image"

echo "-- the mirror shows it already, and says that it is not settled"
call -D "$folder/head" -o "$folder/page" "$API/jsonapi/event_enrollment/event_enrollment?filter[field_event.id]=$event&filter[field_account.id]=$member"
json '"   %d enrollment" % len(d["data"])' <"$folder/page"
grep -i '^mirror-pending' "$folder/head"
"$binary" status | grep 'local changes'
"$binary" queue list
kill $serving
wait $serving 2>/dev/null || true

echo "== the site is back: one sync"
"$binary" sync
SITE_TOKEN=$(curl -s $SITE/oauth/token -d grant_type=password -d username=demo -d password=demo-password -d client_id=demo-client \
  -d client_secret=demo-secret | json 'd["access_token"]')
look() { curl -sS -g -H "Authorization: Bearer $SITE_TOKEN" "$SITE$1"; }
fail() { echo "NOT THERE: $1" >&2; exit 1; }
[[ $(look "/jsonapi/event_enrollment/event_enrollment/$enrollment" | json 'd["data"]["relationships"]["field_account"]["data"]["id"]') == "$member" ]] || fail enrollment
echo "   the enrollment is on the site"
[[ $(look "/jsonapi/profile/profile/$profile" | json 'd["data"]["attributes"]["field_profile_last_name"]') == Lovelace ]] || fail profile
echo "   the profile is on the site"
[[ $(look "/jsonapi/comment/comment/$comment" | json 'd["data"]["attributes"]["field_comment_body"]["value"]') == "<p>From the CRM</p>" ]] || fail comment
echo "   the comment is on the site"
image=$(look "/jsonapi/node/topic/$topic/field_topic_image" | json 'd["data"]["attributes"]["filename"]')
[[ $image == crm* ]] || fail picture
echo "   the picture is on the site: $image"
"$binary" status | grep 'local changes' && fail "all: something waits" || echo "   nothing waits"
