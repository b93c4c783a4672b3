"""The drill's steps in their order: publish, lose what us-east-1 has, bring it back, then do without us-east-1."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from ops.aws import Aws
from ops.deployment import Deployment
from ops.failures import DIFFERENCE
from ops.registry.store import Store
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Names, Output
from tools.drill import data
from tools.drill.disaster import lose_objects, lose_table
from tools.drill.measures import Measures, Step, show
from tools.drill.operator import Operator, operator
from tools.drill.projection import Assumptions, project
from tools.drill.rates import measure
from tools.drill.regions import Regions
from tools.local.deploy import bootstrap, deploy
from tools.local.endpoint import Endpoint
from tools.local.lake import Lake
from tools.local.steps import SceneError, Steps

_MANIFEST: Final = (
    *("publish", "manifest", "--models", "claude-3.5-sonnet", "--temperatures", "0,0.7"),
    *("--seeds", "seeds-20251105", "--rubric", "rubric-1.1", "--system-prompt", "soc-1.2"),
    *("--judge-prompt", "judge-2.3", "--phases", "phases-1.0", "--max-turns", "40"),
    *("--judge-model", "claude-3-opus"),
)
_CONTEXT: Final = {"bundling": "host", "replicate_raw": "true"}


@dataclass(frozen=True, kw_only=True)
class _Before:
    """The lake before the disaster: what was acknowledged, by key with its SHA-256, and how much else there was."""

    acknowledged: Mapping[str, str]
    registry: int
    runs: int
    objects: int
    replication_seconds: float


def drill(endpoint: Endpoint, steps: Steps, *, write_report: Callable[[Mapping[str, object]], None]) -> None:
    """Run the drill; raise `StepError` where a step fails, or something acknowledged does not come back."""
    with steps.step("bootstrap", "cdk bootstrap in both Regions"):
        bootstrap(endpoint)
    with steps.step("deploy", "cdk deploy --all -c replicate_raw=true"):
        deploy(endpoint, context=_CONTEXT)
    aws = Aws(endpoint.session(), endpoint_url=endpoint.url, ca_bundle=str(endpoint.ca_bundle))
    lake = Lake(aws=aws, deployment=Deployment(names=Names(), cloudformation=aws.cloudformation))
    regions = Regions(
        primary=Store(s3=aws.s3(), bucket=lake.deployment.bucket, region=PRIMARY_REGION),
        replica=Store(s3=aws.s3(REPLICA_REGION), bucket=lake.deployment.replica_bucket, region=REPLICA_REGION),
    )
    person = operator(endpoint)
    before = _fill(endpoint, lake, regions, person, steps)
    _lose(lake, person, steps)
    measures = _bring_back(regions, person, steps, before)
    elsewhere = _do_without(endpoint, person, steps, before)
    with steps.step("project", "measure the parts of a recovery, and project them to a million objects"):
        projection = project(measure(Assumptions()), Assumptions())
    write_report({**measures.report(), "region_loss": elsewhere, "projection": projection.report()})
    show(measures)
    projection.show()
    with steps.step("check", "compare with what was acknowledged"):
        if measures.lost or measures.replicated_lost:
            raise SceneError(
                f"{measures.lost} acknowledged and {measures.replicated_lost} replicated objects are lost"
            )


def _fill(endpoint: Endpoint, lake: Lake, regions: Regions, person: Operator, steps: Steps) -> _Before:
    documents = [str(file) for file in data.write_documents(endpoint.folder)]
    with steps.step("publish", f"publish the registry, {len(documents)} more documents and a manifest"):
        for command in (("publish", "--all", "config/"), ("publish", *documents), _MANIFEST):
            person.run(*command)
        # What was acknowledged is in both Regions by now, whatever S3 does later.
        acknowledged = regions.published()
    with steps.step("put", "put runs and calibration results"):
        person.run("sample", "--bucket", *data.SAMPLE)
        lake.put(data.calibration_results())
    with steps.step("index", "S3 events drive IndexRun over every run") as progress:
        lake.await_index(progress)
    with steps.step("curate", "curate the weeks of the runs"):
        person.run("reconcile", "--repair")
    begun = person.clock()
    with steps.step("replicate", "S3 copies everything to the other Region") as progress:
        regions.await_replica(progress)
    replication_seconds = person.clock() - begun
    with steps.step("verify", "verify both Regions, and try what the buckets must refuse"):
        verified = person.run("verify", "--policy")
        reconciled = person.run("reconcile")
    return _Before(
        acknowledged=acknowledged,
        registry=cast("dict[str, int]", verified["objects"])["primary"],
        runs=int(str(reconciled["objects"])),
        objects=regions.objects(),
        replication_seconds=replication_seconds,
    )


def _lose(lake: Lake, person: Operator, steps: Steps) -> None:
    with steps.step("lose", "lose every version in the primary bucket, and the table"):
        lose_objects(lake.aws.s3(), lake.deployment.bucket)
        lose_table(lake.aws.dynamodb(), lake.deployment.output(Output.RUNS_TABLE))
        person.run("verify", expected=DIFFERENCE)


def _bring_back(regions: Regions, person: Operator, steps: Steps, before: _Before) -> Measures:
    recovery = (
        (("restore", "--raw"), before.objects),
        (("reindex",), before.runs),
        (("reconcile", "--repair"), before.runs),
        (("verify",), before.registry),
    )
    taken = []
    for arguments, objects in recovery:
        command = " ".join(arguments)
        with steps.step(command, f"ops {command}"):
            seconds, _ = person.timed(*arguments)
        taken.append(Step(command, seconds, objects))
    found = regions.published()
    return Measures(
        acknowledged=len(before.acknowledged),
        lost=sum(found.get(key) != sha256 for key, sha256 in before.acknowledged.items()),
        replicated=before.objects - len(before.acknowledged),
        replicated_lost=before.objects - regions.objects(),
        replication_seconds=before.replication_seconds,
        steps=taken,
    )


def _do_without(endpoint: Endpoint, person: Operator, steps: Steps, before: _Before) -> Mapping[str, object]:
    """Run index and catalog in us-west-2; the embedded us-east-1 is still there, but nothing asks it."""
    begun = person.clock()
    with steps.step("recover", "cdk deploy --all -c recovery=true"):
        deploy(endpoint, context={**_CONTEXT, "recovery": "true"})
    with steps.step("reindex elsewhere", "ops --recovery reindex"):
        person.run("--recovery", "reindex")
        # Weeks are not curated there, which is the difference.
        indexed = person.run("--recovery", "reconcile", expected=DIFFERENCE)["items"]
        if indexed != before.runs:
            raise SceneError(f"{indexed} of {before.runs} runs are indexed in {REPLICA_REGION}")
    with steps.step("query elsewhere", "ops --recovery query half_life_trend --local"):
        person.run("--recovery", "query", "half_life_trend", "--local")
    return {"seconds": round(person.clock() - begun, 2), "indexed": indexed}
