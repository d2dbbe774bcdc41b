"""``python -m analysis.pipeline`` brings figures and reports up to date; `make reports` calls it."""

import sys
from pathlib import Path

from analysis.pipeline.tasks import run_study

if __name__ == "__main__":
    sys.exit(run_study(Path.cwd(), only=tuple(sys.argv[1:])))
