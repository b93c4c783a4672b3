"""Declares the pipeline's roles, which an administrator deploys once.

`cdk deploy --app '.venv/bin/python -m examples.github_oidc' -c repository=OWNER@ID/NAME@ID`; context `stage` names
another copy of the lake, as everywhere, and `environment` the repository's that deploys to this account, if it is not
`production`. `gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows the two ids. A repository from before 15 July 2026
has tokens without them until it is renamed, transferred or opts in:
https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
"""

import sys

from aws_cdk import App

from examples.github_oidc.repository import Repository, RepositoryError
from examples.github_oidc.stack import PipelineStack
from schemas.names import Names, StageError


def main() -> int:
    """Synthesize into the toolkit's output folder; return 2 after one line on stderr for bad input."""
    app = App()
    choices = ("repository", "stage", "permissions_boundary", "environment")
    given, stage, boundary, environment = (app.node.try_get_context(key) or "" for key in choices)
    try:
        repository, names = Repository.parse(given), Names(stage)
    except (RepositoryError, StageError) as error:
        sys.stderr.write(f"context {error}\n")
        return 2
    PipelineStack(
        app,
        repository=repository,
        names=names,
        environment=environment or "production",
        permissions_boundary=boundary,
    )
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
