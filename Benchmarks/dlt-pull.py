"""Pulls a sample site into SQLite by dlt: rest_api, JSON link paginator, sqlalchemy destination. dlt-pull.py SITE TOKEN DATABASE FOLDER"""

import json
import sys
import urllib.request

import dlt
from dlt.sources.rest_api import rest_api_source

site, token, database, folder = sys.argv[1:]
asked = urllib.request.Request(f"{site}/jsonapi", headers={"Authorization": f"Bearer {token}"})
with urllib.request.urlopen(asked) as answer:
    types = sorted(name for name in json.load(answer)["links"] if "--" in name)
source = rest_api_source({
    "client": {
        "base_url": f"{site}/jsonapi/", "auth": {"type": "bearer", "token": token},
        "paginator": {"type": "json_link", "next_url_path": "links.next.href"},
    },
    # Nested values stay one column each: all else would be a table for each of them.
    "resource_defaults": {"primary_key": "id", "write_disposition": "append", "max_table_nesting": 0},
    "resources": [
        {"name": name.replace("--", "_"), "endpoint": {
            "path": name.replace("--", "/"), "params": {"page[limit]": 50}, "data_selector": "data"}}
        for name in types
    ],
})
pipeline = dlt.pipeline(
    "bench", destination=dlt.destinations.sqlalchemy(f"sqlite:///{database}"), dataset_name="main", pipelines_dir=folder)
pipeline.run(source)
pipeline.last_trace.last_load_info.raise_on_failed_jobs()
print(sum(count for name, count in pipeline.last_trace.last_normalize_info.row_counts.items() if not name.startswith("_dlt")))
