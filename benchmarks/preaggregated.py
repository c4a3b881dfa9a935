"""A register of 5.5 million people counted where it lies, against all its rows in memory.

``python benchmarks/preaggregated.py [--people 5500000]`` makes the register (Parquet, CSV, SQLite)
in a temporary folder, runs each snippet of ``docs/preaggregated.md`` in a process of its own, and
prints seconds, peak memory and the worst relative difference from the table of all rows. DuckDB and
Dask are used where they are installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import re
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import skk_analysis as skk

PAGE = Path(__file__).resolve().parents[1] / "docs" / "preaggregated.md"
SNIPPETS = dict(re.findall(r"```python ([\w.]+)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S))
WAYS = ("sqlite3", "duckdb", "pyarrow", "pandas", "dask.dataframe")
ALL_ROWS = """
import pandas as pd
import skk_analysis as skk
counted = pd.read_parquet("register.parquet", columns=["city", "year", "income"])
table = skk.inequality_table(counted, "income", by=["city", "year"])
"""
FIGURES = ["value", "se", "lower", "upper", "n"]


def write_register(people: int) -> None:
    """Whole-euro incomes of people in six cities and two years."""
    random = np.random.default_rng(people)
    frame = pd.DataFrame(
        {
            "city": random.choice(["049", "091", "092", "179", "564", "837"], people),
            "year": random.choice([2019, 2020], people),
            "income": np.rint(np.exp(random.normal(10.0, 0.6, people))),
        }
    )
    frame.to_parquet("register.parquet")
    frame.to_csv("register.csv", index=False)
    connection = sqlite3.connect("register.db")
    frame.to_sql("register", connection, index=False)
    connection.close()


def measure(name: str, code: str) -> tuple[str, int, float, float, pd.DataFrame]:
    """Run a snippet here; rows counted, seconds and peak megabytes of this process."""
    before = peak_megabytes()
    began, found = time.perf_counter(), {}
    exec(compile(code, name, "exec"), found)
    seconds = time.perf_counter() - began
    return name, len(found["counted"]), seconds, peak_megabytes() - before, found["table"]


def peak_megabytes() -> float:
    """Peak of this process alone; getrusage would tell that of the process it came from."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5_500_000)
    people = parser.parse_args().people
    installed = [w for w in WAYS if importlib.util.find_spec(w.split(".")[0])]
    skk.inequality_table([1, 2, 3, 4])  # what every way imports does not count
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_register(people)
        context = multiprocessing.get_context("spawn")  # a fork would inherit the peak
        print("| way | rows handed over | s | MB above start | worst relative difference |")
        print("| --- | ---: | ---: | ---: | ---: |")
        whole = None
        for name, code in [("all rows", ALL_ROWS), *((way, SNIPPETS[way]) for way in installed)]:
            with context.Pool(1) as pool:
                name, rows, seconds, peak, table = pool.apply(measure, (name, code))
            whole = table if whole is None else whole
            apart = np.abs(table[FIGURES] / whole[FIGURES] - 1).to_numpy().max()
            print(f"| {name} | {rows:,} | {seconds:.1f} | {peak:.0f} | {apart:.0e} |", flush=True)
        os.chdir("/")


if __name__ == "__main__":
    main()
