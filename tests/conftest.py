"""What all tests need before they import anything."""

import os
import sys
from pathlib import Path

# aws_cdk starts Node when it is imported: the one that `make setup` installed beside this Python, if it did.
_NODE = Path(sys.executable).with_name("node")
if _NODE.exists():
    os.environ.setdefault("JSII_NODE", str(_NODE))
