"""Runs a command, and writes what it took as JSON into a file: `measured_child.py FILE COMMAND...`.

The same for every language: wall time and processor time in ms, the greatest resident memory in bytes, the exit code.
Processor time is that of helpers too (ours starts a bundler), also of those that the command does not wait for: they become
children of this process (Linux). Memory is that of the command alone. This process is small on purpose: a child's
greatest memory counts from that of the process that started it.
"""

import ctypes
import json
import os
import sys
import time

PR_SET_CHILD_SUBREAPER = 36

path, *command = sys.argv[1:]
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
started = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)
_, wait_status, usage = os.wait4(child, 0)
elapsed = time.perf_counter() - started
cpu = usage.ru_utime + usage.ru_stime
while True:
    try:
        _, _, left = os.wait4(-1, 0)
    except ChildProcessError:
        break
    cpu += left.ru_utime + left.ru_stime
took = {
    "ms": elapsed * 1000,
    "cpuMs": cpu * 1000,
    "memoryBytes": usage.ru_maxrss * 1024,
    "exitCode": os.waitstatus_to_exitcode(wait_status),
}
with open(path, "w") as file:
    json.dump(took, file)
