"""What a Python program needs to make an asset of Ottok: one file, no packages. Copy it beside your program.

    import ottok_step

    step = ottok_step.open()
    for row in step.rows("spend"):
        ...
    step.metadata(users=3)
    step.result_value({"limit": 15})

The protocol is described in docs/external-steps.md; this file is one way to speak it. Python 3.8 or later.
"""

import builtins
import csv
import json
import os

PROTOCOL = 1


def open():  # noqa: A001 - reads well as ottok_step.open()
    """The step that this program makes. Raises RuntimeError when the program was not started by one."""
    path = os.environ.get("OTTOK_CONTEXT")
    messages = os.environ.get("OTTOK_MESSAGES")
    if path is None or messages is None:
        raise RuntimeError("OTTOK_CONTEXT and OTTOK_MESSAGES are not set: run this program by `ottok materialize`")
    with _open(path, encoding="utf-8") as file:
        context = json.load(file)
    if context["protocol"] != PROTOCOL:
        raise RuntimeError(
            "this ottok_step.py speaks protocol %d, and the step %s: copy the file anew" % (PROTOCOL, context["protocol"])
        )
    return Step(context, messages)


class Step:
    """One step: what it is to make, and how to say what became of it."""

    def __init__(self, context, messages):
        self.context = context
        self._messages = messages

    # What there is to make.

    @property
    def asset(self):
        """Key of the asset."""
        return self.context["asset"]

    @property
    def partition(self):
        """Key of the partition; '' for an asset that has none."""
        return self.context["partition"]["key"]

    @property
    def parameters(self):
        """What the asset declared as `parameters`; None when nothing."""
        return self.context["parameters"]

    @property
    def folder(self):
        """A folder for files of this step; it is deleted when the step ends."""
        return self.context["folder"]

    def path(self, name):
        """Path of a file of that name in the step's folder."""
        return os.path.join(self.folder, name)

    # What it is made from.

    def partitions(self, name):
        """The partitions of an input: dicts with `partition`, `dataVersion`, `metadata` and how to read them."""
        return self._input(name)["partitions"]

    def value(self, name):
        """The value of an input that is a value of one partition."""
        return self._only(name)["value"]

    def file(self, name):
        """Path of an input that was asked for as a file or as rows; or of an object in a folder, by its address."""
        described = self._input(name)
        if "file" in described:
            return described["file"]
        one = self._only(name)
        return one.get("file") or one["address"]

    def rows(self, name):
        """Rows of an input that was asked for as 'csv' or 'jsonl', as dicts; CSV holds text only."""
        described = self._input(name)
        form = described.get("format")
        if form not in ("csv", "jsonl"):
            raise ValueError("ask for the input %r as 'csv' or 'jsonl' in runProgram({ inputs })" % name)
        with _open(described["file"], encoding="utf-8", newline="") as file:
            if form == "csv":
                yield from csv.DictReader(file)
            else:
                for line in file:
                    yield json.loads(line)

    # What became of it.

    def log(self, message, level="info", **fields):
        """Writes a line into the log of the step; level is debug, info, warn or error."""
        self._send("log", level=level, message=message, **({"fields": fields} if fields else {}))

    def metadata(self, **values):
        """Keeps facts with what is made."""
        self._send("metadata", values=values)

    def progress(self, done, total=None, message=None):
        """Says how far the step is."""
        given = {"total": total, "message": message}
        self._send("progress", done=done, **{k: v for k, v in given.items() if v is not None})

    def data_version(self, version):
        """Names the version of what is made: equal versions mean equal data, and nothing downstream is remade."""
        self._send("data_version", version=version)

    def check(self, name, passed, detail="", severity="error"):
        """Tells the outcome of a check; one that fails with severity 'error' fails the step."""
        self._send("check", name=name, passed=bool(passed), severity=severity, detail=detail)

    def add_partitions(self, name, keys):
        """Adds keys to the dynamic partitions of that name; the next plan sees them."""
        self._send("add_partitions", name=name, keys=list(keys))

    def remove_partitions(self, name, keys):
        """Takes keys away from the dynamic partitions of that name; what was made of them stays."""
        self._send("remove_partitions", name=name, keys=list(keys))

    def result_value(self, value):
        """What the asset is, for one that is stored as a value."""
        self._send("result", value=value)

    def result_file(self, path):
        """Path of the file that the asset is, for one that is stored as an object."""
        self._send("result", file=os.path.abspath(path))

    def result_rows(self, rows):
        """The rows of a table: dicts by column, or lists in the order of the columns."""
        path = self.path("rows.jsonl")
        with _open(path, "w", encoding="utf-8") as file:
            for row in rows:
                file.write(_json(row) + "\n")
        self._send("result", rows=path)

    def result_parquet(self, path):
        """Path of a Parquet file with the rows of a table of the warehouse; its name ends with .parquet."""
        self._send("result", rows=os.path.abspath(path))

    # Within.

    def _input(self, name):
        inputs = self.context["inputs"]
        if name not in inputs:
            raise KeyError("%s has no input %r; it has %s" % (self.asset, name, ", ".join(inputs) or "none"))
        return inputs[name]

    def _only(self, name):
        partitions = self._input(name)["partitions"]
        if len(partitions) != 1:
            raise ValueError("the input %r has %d partitions; use partitions()" % (name, len(partitions)))
        return partitions[0]

    def _send(self, kind, **fields):
        # One write for one line, so that threads and processes do not mix theirs.
        line = (_json(dict(fields, type=kind)) + "\n").encode("utf-8")
        target = os.open(self._messages, os.O_WRONLY | os.O_APPEND)
        try:
            while line:
                line = line[os.write(target, line) :]
        finally:
            os.close(target)


_open = builtins.open


def _json(value):
    # NaN and infinities have no JSON: better an error here than a message that nobody can read.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
