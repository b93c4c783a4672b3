"""`ops redrive`: what the functions could not do, and doing it again."""

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from ops.command import Command, Context
from ops.dead_letters.letters import Letter
from ops.dead_letters.redrive import Fate, Queue, Redriven, redrive
from ops.failures import DIFFERENCE, OK, resumable
from ops.invoke import invoke_raw
from ops.screen import progress, show_json, show_message, show_table
from schemas.names import Output

_SHOWN: Final = 50


def as_json(found: Mapping[str, Sequence[Redriven]]) -> Mapping[str, object]:
    """Return the result for machines."""
    messages = [{"queue": queue, **asdict(each)} for queue, redriven in found.items() for each in redriven]
    return {"counts": _counts(found), "messages": messages}


def _counts(found: Mapping[str, Sequence[Redriven]]) -> Counter[Fate]:
    return Counter(each.fate for redriven in found.values() for each in redriven)


def show(found: Mapping[str, Sequence[Redriven]]) -> None:
    """Print the result for people."""
    rows = [
        (queue, each.function, each.since, each.about, each.why, each.fate)
        for queue, redriven in found.items()
        for each in redriven
    ]
    if rows:
        more = f" (the first {_SHOWN} of {len(rows):,})" if len(rows) > _SHOWN else ""
        show_table(
            f"Dead letters{more}", ("queue", "function", "since", "about", "why", "what became of it"), rows[:_SHOWN]
        )
    counts = _counts(found)
    show_table("Redriven", ("messages", *Fate), [(counts.total(), *(counts[fate] for fate in Fate))])


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--replay",
        action="store_true",
        help="invoke the functions again, and delete each message whose function succeeds; without it only look",
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    deployment, sqs = context.deployment, context.aws.sqs()
    queues = {
        "index": Queue(sqs, deployment.output(Output.INDEX_DEAD_LETTERS)),
        "curation": Queue(sqs, deployment.output(Output.CURATION_DEAD_LETTERS)),
    }
    replay = _replay(context) if arguments.replay else None
    found: dict[str, list[Redriven]] = {name: [] for name in queues}
    try:
        with resumable(lambda: "run this again, for what is left comes back within an hour"), progress() as display:
            for name, queue in queues.items():
                redriven = redrive(queue, replay)
                found[name].extend(display.track(redriven, total=queue.count(), description=f"{name} dead letters"))
    finally:
        if context.json:
            show_json(as_json(found))
        else:
            show(found)
    counts = _counts(found)
    if counts[Fate.WAITING]:
        show_message(f"--replay would invoke the functions again: {counts[Fate.WAITING]:,} messages")
    return OK if counts[Fate.REPLAYED] == counts.total() else DIFFERENCE


def _replay(context: Context) -> Callable[[Letter], object]:
    # Whatever a function is asked for twice, it does once.
    client = context.aws.repeatable_lambda()
    return lambda letter: invoke_raw(client, letter.function, letter.payload)


COMMAND = Command(
    name="redrive",
    help="show what lies in the dead-letter queues; with --replay do it again; exit 1 while anything is left",
    add_arguments=_add_arguments,
    run=_run,
)
