"""Runs ours and pm4py as children, and prints CPU seconds and peak resident memory of each."""

import json
import os
import subprocess
import sys

PM4PY = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import pm4py
frame = pm4py.read_xes(sys.argv[1])
edges, _, _ = pm4py.discover_dfg(frame)
pm4py.discover_performance_dfg(frame)
variants = pm4py.get_variants(frame)
durations = pm4py.get_all_case_durations(frame)
print(json.dumps({"cases": len(durations), "events": len(frame), "variants": len(variants),
                  "edges": len(edges)}))
"""


def run(command):
    """One run: CPU seconds (user and system), peak memory in MiB, and what it printed."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        return None
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def figures(printed):
    """The sizes that both print, from the last line that is JSON, or from all of it."""
    text = printed.decode()
    try:
        found = json.loads(text)
    except ValueError:
        found = json.loads([line for line in text.splitlines() if line.startswith("{")][-1])
    edges = found["edges"]
    found["edges"] = edges if isinstance(edges, int) else len(edges)
    return {key: found[key] for key in ("cases", "events", "variants", "edges")}


def main(log, runs, ours, python):
    measured = [run([ours, log, "--json"]) for _ in range(int(runs))]
    if None in measured:
        sys.exit(f"{ours} could not read {log}")
    sizes = figures(measured[0][2])
    print(f"{log}: {sizes['events']:,} events in {sizes['cases']:,} cases")
    print(f"{'':26}{'CPU s':>9}{'MiB':>9}")
    cpu, peak = min(run[0] for run in measured), max(run[1] for run in measured)
    print(f"{'countersign':26}{cpu:9.3f}{peak:9.1f}   (fastest of {runs})")

    theirs = run([python, "-c", PM4PY, log]) if os.access(python, os.X_OK) else None
    if theirs is None:
        print("pm4py                       SKIPPED: it is not installed, or could not read the log")
        return
    print(f"{'pm4py, default reader':26}{theirs[0]:9.3f}{theirs[1]:9.1f}")
    print(f"{'ratio':26}{theirs[0] / cpu:8.0f}x{theirs[1] / peak:8.0f}x")
    if figures(theirs[2]) != sizes:
        sys.exit(f"the two disagree: {sizes} and {figures(theirs[2])}")
    print("both found the same numbers of cases, events, variants and edges")


if __name__ == "__main__":
    main(*sys.argv[1:])
