import subprocess
import sys

from tests.stacks.synthesis import REPOSITORY

LOOK = """
from tools.bench.programs import curate
import pyarrow
pyarrow.array(["a"])
import sys
print([name for name in ("numpy", "pandas") if sys.modules.get(name)])
"""


def test_measured_program_has_no_package_that_the_bundle_lacks() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
