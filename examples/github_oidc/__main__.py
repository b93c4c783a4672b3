"""Declares the pipeline's roles, which an administrator deploys once.

`cdk deploy --app '.venv/bin/python -m examples.github_oidc' -c repository=OWNER/NAME`; context `stage` names another
copy of the lake, as everywhere.
"""

import re
import sys

from aws_cdk import App

from examples.github_oidc.stack import PipelineStack
from schemas.names import Names, StageError


def main() -> int:
    """Synthesize into the toolkit's output folder; return 2 after one line on stderr for bad input."""
    app = App()
    repository, stage = (app.node.try_get_context(key) for key in ("repository", "stage"))
    if not isinstance(repository, str) or not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
        sys.stderr.write(f"context repository={repository!r}: expected OWNER/NAME, as on GitHub\n")
        return 2
    try:
        names = Names(stage or "")
    except StageError as error:
        sys.stderr.write(f"context {error}\n")
        return 2
    PipelineStack(app, repository=repository, names=names)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
