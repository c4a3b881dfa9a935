"""Run the simulations and write their tables beside this file.

    python validation/coverage/regenerate.py [people|areas|change|grouped] [draws]

Without arguments all four, with the numbers of draws of the committed tables.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent
DRAWS = {"people": 2000, "areas": 2000, "change": 4000, "grouped": 4}


def main(names: list[str], draws: int | None) -> None:
    """Write one table for each name."""
    for name in names:
        table = importlib.import_module(name).table(draws or DRAWS[name])
        table.round(4).to_csv(HERE / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1:2] or list(DRAWS), int(sys.argv[2]) if len(sys.argv) > 2 else None)
