"""Runs a command, and writes what it took as JSON into a file: `measured_child.py FILE COMMAND...`.

The same for every language: wall time and processor time in ms, the greatest resident memory in bytes, the exit code.
This process is small on purpose: a child's greatest memory counts from that of the process that started it.
"""

import json
import os
import sys
import time

path, *command = sys.argv[1:]
started = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)
_, wait_status, usage = os.wait4(child, 0)
elapsed = time.perf_counter() - started
took = {
    "ms": elapsed * 1000,
    "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
    "memoryBytes": usage.ru_maxrss * 1024,
    "exitCode": os.waitstatus_to_exitcode(wait_status),
}
with open(path, "w") as file:
    json.dump(took, file)
