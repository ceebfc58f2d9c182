"""Answers the requests of models.bench.ts, one JSON object a line each way, with XGBoost's own Python package."""

import json
import sys
import time
import traceback

import numpy as np
import xgboost as xgb

data = {}


def load(path, rows, columns):
    """Reads the matrix and labels that the benchmark wrote: float32, row-major, labels behind the matrix."""
    raw = np.fromfile(path, dtype="<f4")
    half = rows // 2
    matrix = raw[: rows * columns].reshape(rows, columns)
    labels = raw[rows * columns :]
    data.update(train=matrix[:half], train_labels=labels[:half], test=matrix[half:])
    return {"xgboost": xgb.__version__}


def train(params, rounds):
    """Builds the DMatrix and trains, as ours does; ms of both together."""
    started = time.perf_counter()
    matrix = xgb.DMatrix(data["train"], label=data["train_labels"])
    data["booster"] = xgb.train(params, matrix, num_boost_round=rounds)
    return (time.perf_counter() - started) * 1000


def score(path):
    """Scores the test half in place; ms. The probabilities go to `path` for the AUC that one function computes."""
    started = time.perf_counter()
    probabilities = data["booster"].inplace_predict(data["test"])
    elapsed = (time.perf_counter() - started) * 1000
    probabilities.astype("<f4").tofile(path)
    return elapsed


FUNCTIONS = {"load": load, "train": train, "score": score}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"result": FUNCTIONS[request["name"]](**request["args"])}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
