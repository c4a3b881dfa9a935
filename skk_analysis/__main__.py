"""``python -m skk_analysis`` is ``skk``."""

from skk_analysis.cli import main

if __name__ == "__main__":
    main()
