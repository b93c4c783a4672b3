"""Looks at weeks of the simulated lake, or plans the first one, as CurateWeek does: `week look|plan URL WEEKS`."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Never

import boto3
from botocore.config import Config
from obstore.store import S3Store

from lake.listing import Bucket
from lambdas.curate_week.curator import Curator
from lambdas.curate_week.part_store import PartStore
from lambdas.curate_week.plan import Target
from lambdas.curate_week.steps import Steps
from lambdas.curate_week.store import WeekStore
from schemas.curation import Progress
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns
from tools.bench.lake_server import FIRST_WEEK


def _never(_: object) -> Never:
    raise AssertionError("no object is read here")


def _curator(url: str) -> Curator:
    s3 = boto3.client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "path"}))
    objects = S3Store("lake", endpoint=url, virtual_hosted_style_request=False, client_options={"allow_http": True})
    return Curator(
        WeekStore(s3, "lake"),
        Bucket("lake", s3, objects).pages,
        _never,
        load_models(),
        load_planned_turns(),
        time.monotonic,
        lambda: datetime.now(UTC),
    )


def main(what: str, url: str, weeks: int) -> None:
    """Do it, and print how many objects or parts there were."""
    curator = _curator(url)
    if what == "look":
        found = sum(curator.look(Target(FIRST_WEEK.shift(number))).inputs.objects for number in range(weeks))
    else:
        planned = Steps(curator, PartStore(curator.store), _never).plan(Progress(weeks=[str(FIRST_WEEK)]))
        if planned.error:
            raise AssertionError(planned.error)
        found = planned.to_do
    print(json.dumps({"found": found}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
