"""The demo's lake for Trino: the real templates deployed into the embedded AWS, with the demo's data, curated."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from ops.aws import Aws
from ops.deployment import Deployment
from schemas.names import Names
from schemas.registry.models_file import load_models
from tools.demo import data
from tools.demo.curation import curate
from tools.local.deploy import bootstrap, deploy
from tools.local.emulator import Emulator
from tools.local.endpoint import Endpoint
from tools.local.lake import Lake


@contextmanager
def filled_lake(*, today: date) -> Iterator[tuple[Endpoint, Lake]]:
    """Give the embedded AWS and the lake in it, which ends with the block."""
    with Emulator() as endpoint:
        bootstrap(endpoint)
        deploy(endpoint, context={"bundling": "host"})
        aws = Aws(endpoint.session(), endpoint_url=endpoint.url, ca_bundle=str(endpoint.ca_bundle))
        lake = Lake(aws=aws, deployment=Deployment(names=Names(), cloudformation=aws.cloudformation))
        samples = data.demo_objects(today=today, registry=load_models())
        lake.put([*samples, data.calibration_result(today)])
        curate(lake, data.demo_weeks(today))
        yield endpoint, lake
