"""The demo's steps in their order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lambdas.curate_week.store import WeekStore
from ops.aws import Aws
from ops.deployment import Deployment
from ops.report.page import page
from ops.report.reading import read_week
from ops.sample import SampleObject
from ops.screen import show_table
from schemas.keys.layout import ScoreKey
from schemas.keys.weeks import Week
from schemas.names import Names, Output
from schemas.registry.documents import load_documents
from schemas.registry.models_file import MODELS_FILE, load_models
from schemas.registry.phases import load_planned_turns
from tools.demo import data, views
from tools.demo.curation import Curated, check_curated, curate, curate_changed
from tools.demo.denials import try_denied_writes
from tools.demo.outcome import Outcome, check
from tools.demo.queries import Answered, answer_queries, as_report, show_answer
from tools.local.deploy import bootstrap, deploy
from tools.local.endpoint import Endpoint
from tools.local.lake import Lake
from tools.local.steps import SceneError, Steps


@dataclass(frozen=True, kw_only=True)
class _Put:
    """What was put, and what the index must say of each raw object."""

    expected: Mapping[str, SampleObject]
    score_key: ScoreKey


def demonstrate(
    endpoint: Endpoint,
    steps: Steps,
    *,
    now: datetime,
    write_report: Callable[[Mapping[str, object]], None],
    write_page: Callable[[str], None],
) -> None:
    """Deploy, use and check the lake; raise `StepError` where a step fails or finds what it must not."""
    _deploy(endpoint, steps)
    aws = Aws(endpoint.session(), endpoint_url=endpoint.url, ca_bundle=str(endpoint.ca_bundle))
    lake = Lake(aws=aws, deployment=Deployment(names=Names(), cloudformation=aws.cloudformation))
    put = _put(lake, steps, now.date())
    outcome = _observe(lake, steps, put)
    _refuse(endpoint, lake, steps, put)
    _show(lake, steps, outcome, now.date())
    curated = _curate(lake, steps, now.date())
    answers = _answer(lake, steps, data.late_week(now.date()))
    with steps.step("report", "draw the weeks as a page"):
        write_page(_page(lake, now.date()))
    write_report(outcome.report(steps.seconds) | {"curated": curated.report(), "queries": as_report(answers)})
    with steps.step("check", "compare with what the samples expect"):
        check(outcome, put.expected, registered=load_models())
        check_curated(curated, put.expected, late=data.late_week(now.date()))


def _deploy(endpoint: Endpoint, steps: Steps) -> None:
    with steps.step("bootstrap", "cdk bootstrap in both Regions"):
        bootstrap(endpoint)
    with steps.step("deploy", "cdk deploy --all"):
        deploy(endpoint, context={"bundling": "host"})


def _put(lake: Lake, steps: Steps, today: date) -> _Put:
    with steps.step("sample", "make sample runs"):
        samples = data.demo_objects(today=today, registry=load_models())
        again = data.rewritten(samples)
    with steps.step("publish", "publish the registry to both Regions"):
        lake.publish(load_documents(MODELS_FILE.parent))
    with steps.step("put", f"put {len(samples)} objects, one of them twice, and a calibration result"):
        lake.put([*samples, data.calibration_result(today)])
        lake.put([again])
    return _Put(
        expected=data.raw_objects([*samples, again]),
        score_key=next(ScoreKey.parse(sample.key) for sample in samples if ScoreKey.matches(sample.key)),
    )


def _observe(lake: Lake, steps: Steps, put: _Put) -> Outcome:
    with steps.step("index", "S3 events drive IndexRun over every object") as progress:
        lake.await_index(progress)
    with steps.step("reconcile", "compare bucket and index object by object"):
        reconciliation = lake.reconcile()
        items = lake.items()
        dead_lettered = lake.dead_letters()
    with steps.step("replicate", "S3 copies what was not published to the other Region") as progress:
        replicated = lake.await_replica(progress)
    return Outcome(
        objects_put=len(put.expected),
        items=items,
        dead_lettered=dead_lettered,
        reconciled=reconciliation.reconciled,
        replicated=replicated,
    )


def _refuse(endpoint: Endpoint, lake: Lake, steps: Steps, put: _Put) -> None:
    with steps.step("refuse", "try writes that the bucket must refuse"):
        attempts = list(try_denied_writes(endpoint, bucket=lake.deployment.bucket, score_key=put.score_key))
        if allowed := [attempt.what for attempt in attempts if attempt.refused_with is None]:
            raise SceneError(f"the bucket's policy let through: {', '.join(allowed)}")
    show_table("Refused by the bucket's policy", ("write", "answer"), [(it.what, it.refused_with) for it in attempts])


def _curate(lake: Lake, steps: Steps, today: date) -> Curated:
    weeks = data.demo_weeks(today)
    with steps.step("curate", f"CurateWeek makes {len(weeks)} weeks into Parquet"):
        first = curate(lake, weeks)
    with steps.step("curate-again", "late runs arrive, and the schedule's run finds their week"):
        lake.put(data.late_objects(today=today, registry=load_models()))
        again = curate_changed(lake)
    curated = Curated(first, again)
    curated.show()
    return curated


def _page(lake: Lake, today: date) -> str:
    store = WeekStore(lake.aws.s3(), lake.deployment.bucket)
    weeks = [read_week(store, week) for week in sorted(data.demo_weeks(today))]
    return page(weeks, models=load_models(), turns=load_planned_turns())


def _answer(lake: Lake, steps: Steps, week: Week) -> list[Answered]:
    with steps.step("answer", "answer the layout document's queries over the deployed catalog"):
        answers = [*answer_queries(lake, week)]
    for answered in answers:
        show_answer(answered)
    return answers


def _show(lake: Lake, steps: Steps, outcome: Outcome, today: date) -> None:
    views.show_statuses(outcome.items)
    with steps.step("query", "ask the secondary indexes"):
        views.show_runs(
            lake.aws.dynamodb(),
            lake.deployment.output(Output.RUNS_TABLE),
            weeks=data.demo_weeks(today),
            week=data.WEEK,
            model=next(iter(load_models())),
        )
    show_table(
        "Elsewhere",
        ("objects in the replica", "dead letters", "bucket and index agree"),
        [(outcome.replicated, outcome.dead_lettered, "yes" if outcome.reconciled else "no")],
    )
