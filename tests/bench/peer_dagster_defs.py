"""The benchmark's graph in Dagster: layers of trivial assets, each of which reads two of the layer before.

Its shape is the JSON of the variable BENCH_SHAPE: `layers`, `width`, `partitions` (null, {"daily"|"hourly": count}),
`rootVersion` (the code version of the first asset), `singleRun` (whether one run may make many partitions).

`deps` without arguments and `-> None` make no use of an I/O manager: nothing is pickled or read back.
"""

import json
import os
from datetime import datetime, timedelta

import dagster as dg

START = datetime(2025, 1, 1)


def key_of(layer, column):
    return dg.AssetKey(["bench", f"a{layer:02d}_{column:04d}"])


def partitions_of(partitions):
    """`end_date` is exclusive: exactly `count` partitions exist."""
    if partitions is None:
        return None
    [(grain, count)] = partitions.items()
    if grain == "daily":
        return dg.DailyPartitionsDefinition(start_date=START, end_date=START + timedelta(days=count))
    return dg.HourlyPartitionsDefinition(start_date=START, end_date=START + timedelta(hours=count))


def build_assets(shape):
    partitions = partitions_of(shape["partitions"])
    policy = dg.BackfillPolicy.single_run() if shape["singleRun"] else None
    width = shape["width"]
    return [
        trivial(
            key_of(layer, column),
            [key_of(layer - 1, column), key_of(layer - 1, (column + 1) % width)] if layer > 0 else [],
            shape["rootVersion"] if (layer, column) == (0, 0) else "1",
            partitions,
            policy,
        )
        for layer in range(shape["layers"])
        for column in range(width)
    ]


def trivial(key, deps, code_version, partitions, policy):
    @dg.asset(
        key=key,
        deps=list(dict.fromkeys(deps)),
        code_version=code_version,
        partitions_def=partitions,
        backfill_policy=policy,
    )
    def made() -> None:
        pass

    return made


if "BENCH_SHAPE" in os.environ:
    defs = dg.Definitions(assets=build_assets(json.loads(os.environ["BENCH_SHAPE"])))
