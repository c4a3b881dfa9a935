"""Make known_answers.json again.

    python validation/metrics/regenerate_known_answers.py --peers peers/bin/python

in the repository's root.  R (see ``known_answers.R``) and the other Python packages (see
``peers.py``) are asked again where they are at hand; otherwise their pinned answers are kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import closed_forms  # noqa: E402
import exact  # noqa: E402
import published  # noqa: E402

PINNED = HERE / "known_answers.json"


def main() -> None:
    """Write the file and say what is in it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", help="python of an environment with the packages of peers.py")
    peers = options.parse_args().peers
    pinned = json.loads(PINNED.read_text(encoding="utf-8")) if PINNED.exists() else []
    cases = [*closed_forms.cases(), *exact.cases(), *published.cases()]
    rscript = shutil.which("Rscript")
    for kind, command in {
        "R": [rscript, str(HERE / "known_answers.R")] if rscript else None,
        "Python": [peers, str(HERE / "peers.py")] if peers else None,
    }.items():
        cases += _run(command) if command else [c for c in pinned if c["kind"] == kind]
    count: Counter[str] = Counter()
    for case in cases:
        count[case["index"]] += 1
        case["id"] = f"{case['index']}-{count[case['index']]:02d}"
    lines = ",\n".join(json.dumps(c, ensure_ascii=False, sort_keys=True) for c in cases)
    PINNED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(
        f"{len(cases)} known answers to {len(count)} indices:",
        dict(Counter(c["kind"] for c in cases)),
    )


def _run(command: list[str]) -> list[dict]:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
