"""Programs that are measured, in what a deployed function has: Arrow imports numpy and pandas where it finds them."""

import sys

for _name in ("numpy", "pandas"):
    # Imports fail, as they do in the bundle; development needs both for other things.
    sys.modules[_name] = None  # type: ignore[assignment]
