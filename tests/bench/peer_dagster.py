"""Dagster's side of graph.bench.ts.

`peer_dagster.py NAME JSON` calls one function in a new process and prints its answer; without arguments the process
stays and answers requests, one JSON object a line each way. The instance is that of DAGSTER_HOME.
"""

import json
import os
import sys
import time
import traceback
from collections import Counter
from contextlib import contextmanager

import dagster as dg
import peer_dagster_defs
import psycopg2
from dagster._core.definitions.data_version import DATA_VERSION_TAG, CachingStaleStatusResolver
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.loader import LoadingContextForTest
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from dagster._utils.caching_instance_queryer import CachingInstanceQueryer

# Nothing is written to the console, as on our side.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@contextmanager
def instance():
    """As shipped, a run opens a connection for each statement. The web server keeps them; BENCH_POOLED does what it does."""
    with dg.DagsterInstance.get() as opened:
        if "BENCH_POOLED" in os.environ:
            opened.optimize_for_webserver(statement_timeout=600_000, pool_recycle=3600, max_overflow=20)
        yield opened


class Watch:
    """Wall and processor time in ms since it was made."""

    def __init__(self):
        self.started = time.perf_counter(), time.process_time()

    def took(self):
        wall, cpu = self.started
        return [(time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000]


def versions():
    """Opening the instance for the first time makes its tables."""
    with instance():
        return {"dagster": dg.__version__}


def define(shape):
    """From nothing to a checked graph."""
    watch = Watch()
    graph = dg.Definitions(assets=peer_dagster_defs.build_assets(shape)).resolve_asset_graph()
    return {"took": watch.took(), "assets": len(graph.get_all_asset_keys())}


def materialize():
    """All assets in one run, in this process: the job that the web page's "Materialize all" starts."""
    job = peer_dagster_defs.defs.resolve_implicit_global_asset_job_def()
    with instance() as opened:
        return {"success": job.execute_in_process(instance=opened, run_config=QUIET).success}


def backfill(partitions):
    """All assets, in the named partitions: in one run if they allow it, else in a run for each partition.

    Both are what the backfill daemon launches, without its polling and without a process for each run.
    """
    defs = peer_dagster_defs.defs
    job = defs.resolve_implicit_global_asset_job_def()
    policy = defs.resolve_asset_graph().get(peer_dagster_defs.key_of(0, 0)).backfill_policy
    with instance() as opened:
        if policy is not None:
            tags = {ASSET_PARTITION_RANGE_START_TAG: partitions[0], ASSET_PARTITION_RANGE_END_TAG: partitions[-1]}
            return {"success": job.execute_in_process(instance=opened, run_config=QUIET, tags=tags).success}
        runs = (job.execute_in_process(instance=opened, run_config=QUIET, partition_key=key) for key in partitions)
        return {"success": all(run.success for run in runs)}


def status():
    """Counts of FRESH, STALE and MISSING over all assets, as one web request would find them."""
    with instance() as opened:
        return counted(opened)[0]


def counted(opened, every=1):
    """The counts, partitions asked, and ms of what is done once and of what is done for each partition.

    What has a batch is fetched in one beforehand: the records of all assets, and the last event of each partition of
    an asset. What else a partition asks has none.
    """
    started = time.perf_counter()
    graph = peer_dagster_defs.defs.resolve_asset_graph()
    context = LoadingContextForTest(opened)
    queryer = CachingInstanceQueryer(opened, graph, context)
    keys = graph.get_all_asset_keys()
    queryer.prefetch_asset_records(keys)
    cells = []
    for key in keys:
        partitions = graph.get(key).partitions_def
        if partitions is None:
            cells.append((key, None))
            continue
        names = partitions.get_partition_keys()
        cells.extend((key, name) for name in names[::every])
        queryer.get_latest_materialization_or_observation_storage_id(AssetKeyPartitionKey(key, names[0]))
    resolver = CachingStaleStatusResolver(opened, graph, context, queryer)
    ready = time.perf_counter()
    found = Counter(resolver.get_status(key, partition).value for key, partition in cells)
    ended = time.perf_counter()
    return found, len(cells), (ready - started) * 1000, (ended - ready) * 1000


def status_of_partitions(every):
    """Every nth partition of each asset."""
    with instance() as opened:
        found, cells, once_ms, cells_ms = counted(opened, every)
        return {"counts": found, "cells": cells, "onceMs": once_ms, "cellsMs": cells_ms}


def write_partitions(url):
    """A real run of the last partition, then copies of its materializations for all others, with their own ids.

    Real runs of so many partitions take hours. The copies are equal to what they would have written, byte for byte but
    for partition, event id and the ids of their inputs' events; other events of runs, which no status reads, are absent.
    """
    graph = peer_dagster_defs.defs.resolve_asset_graph()
    names = graph.get(peer_dagster_defs.key_of(0, 0)).partitions_def.get_partition_keys()
    with psycopg2.connect(url) as connection, connection.cursor() as sql:
        # Room below for the ids of the copies: the asset's record names its last event, the one with the greatest id.
        sql.execute("ALTER SEQUENCE event_logs_id_seq RESTART WITH 1000000000")
    backfill(names[-1:])
    with psycopg2.connect(url) as connection, connection.cursor() as sql:
        sql.execute("SELECT max(id) - min(id) + 1 FROM event_logs WHERE id >= 1000000000")
        stride = sql.fetchone()[0]
        sql.execute("CREATE TEMPORARY TABLE names AS SELECT * FROM unnest(%s::text[]) WITH ORDINALITY n(name, no)", [names[:-1]])
        sql.execute(
            "SELECT id, event FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION' AND partition = %s",
            [names[-1]],
        )
        for event_id, text in sql.fetchall():
            tags = json.loads(text)["dagster_event"]["event_specific_data"]["materialization"]["tags"]
            event = "replace(event, %(last)s, name)"
            for key, pointer in tags.items():
                if key.startswith("dagster/input_event_pointer/"):
                    event = f"replace({event}, '\"{pointer}\"', '\"' || ({pointer} - no * %(stride)s) || '\"')"
            copy = {"id": event_id, "last": names[-1], "stride": stride}
            sql.execute(
                f"""INSERT INTO event_logs (id, run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)
                SELECT id - no * %(stride)s, run_id, {event}, dagster_event_type, timestamp, step_key, asset_key, name
                FROM event_logs, names WHERE id = %(id)s""",
                copy,
            )
            sql.execute(
                """INSERT INTO asset_event_tags (event_id, asset_key, key, value, event_timestamp)
                SELECT event_id - no * %(stride)s, asset_key, key, value, event_timestamp
                FROM asset_event_tags, names WHERE event_id = %(id)s""",
                copy,
            )
    return {"partitions": len(names)}


def change(index):
    """Another data version of one partition of the first asset, reported by the call that Dagster has for it."""
    key = peer_dagster_defs.key_of(0, 0)
    partition = peer_dagster_defs.defs.resolve_asset_graph().get(key).partitions_def.get_partition_keys()[index]
    with instance() as opened:
        event = dg.AssetMaterialization(key, partition=partition, tags={DATA_VERSION_TAG: "changed"})
        opened.report_runless_asset_event(event)
    return {}


def lineage(depth):
    """What the last asset was made from, that many levels up: each with the code, data and input versions of its record."""
    graph = peer_dagster_defs.defs.resolve_asset_graph()
    shape = json.loads(os.environ["BENCH_SHAPE"])
    watch = Watch()
    last = peer_dagster_defs.key_of(shape["layers"] - 1, shape["width"] - 1)
    keys = dg.AssetSelection.assets(last).upstream(depth=depth).resolve(graph)
    with staying() as opened:
        records = opened.get_asset_records(list(keys))
        found = [record.asset_entry.last_materialization.tags for record in records]
    return {"took": watch.took(), "nodes": len(found)}


def status_again():
    """What `status` finds, with the instance open and the definitions loaded."""
    graph = peer_dagster_defs.defs.resolve_asset_graph()
    graph.get_all_asset_keys()
    with staying() as opened:
        watch = Watch()
        found = counted(opened)[0]
        return {"took": watch.took(), "counts": found}


stayed = {}


@contextmanager
def staying():
    """The instance, opened once in this process."""
    if "instance" not in stayed:
        stayed["context"] = instance()
        stayed["instance"] = stayed["context"].__enter__()
    yield stayed["instance"]


FUNCTIONS = {
    f.__name__: f
    for f in [
        versions,
        define,
        materialize,
        backfill,
        status,
        status_again,
        status_of_partitions,
        write_partitions,
        change,
        lineage,
    ]
}


def answer(name, args):
    try:
        return {"result": FUNCTIONS[name](**args)}
    except Exception:
        return {"error": traceback.format_exc()}


if len(sys.argv) > 1:
    print(json.dumps(answer(sys.argv[1], json.loads(sys.argv[2]))))
else:
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(answer(request["name"], request["args"])), flush=True)
