"""Suppress and attack random tables: ``python validation/disclosure/regenerate.py`` (4 min CPU).

Writes ``random_tables.csv``; the attacker is ``tests/review/disclosure/independent.py``.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

SEED, TABLES = 2019, 1_200
HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run the campaign and write its summary."""
    tests = HERE.parents[1] / "tests" / "review" / "disclosure" / "campaign.py"
    spec = importlib.util.spec_from_file_location("campaign", tests)
    campaign = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(campaign)
    table = campaign.summary(list(campaign.attacked(SEED, TABLES)))
    table.to_csv(HERE / "random_tables.csv", index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
