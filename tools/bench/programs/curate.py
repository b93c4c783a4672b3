"""Curates the week of a sample into files: the product's own engine, with everything that it checks.

`curate FOLDER OUT` reads the files, and `curate FOLDER OUT URL` fetches them from a loopback server as from S3.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from obstore.store import S3Store

from lambdas.curate_week.engine import curate
from lambdas.curate_week.inputs import Source, week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.reader import ReadAhead
from lambdas.curate_week.summary import summary_rows
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns
from tools.bench.data import WEEK, etag, raw_files


def objects(folder: Path) -> Iterable[RawObject]:
    """Return the raw objects of a sample as a listing names them."""
    return [RawObject(str(path.relative_to(folder)), etag(path), path.stat().st_size) for path in raw_files(folder)]


def store(url: str) -> S3Store:
    """Return the loopback server as obstore sees a bucket."""
    return S3Store(
        "bench",
        endpoint=url,
        region="us-east-1",
        access_key_id="test",
        secret_access_key="test",  # noqa: S106 - the loopback server asks for none
        client_options={"allow_http": True, "timeout": "120s"},
    )


def main(folder: Path, out: Path, url: str | None = None) -> None:
    """Curate and print what came out."""
    out.mkdir(parents=True, exist_ok=True)
    inputs = week_inputs(Week.parse(WEEK), objects(folder))
    runs = inputs.runs()

    def read(source: Source) -> Iterator[bytes]:
        yield (folder / source.object.key).read_bytes()

    models = load_models()
    turns = load_planned_turns()
    generated_from = inputs.generated_from(models, turns)
    if url is None:
        curated = curate(runs, read=read, folder=out, generated_from=generated_from)
    else:
        with ReadAhead(store(url), [source for run in runs for source in run]) as reader:
            curated = curate(runs, read=reader.read, folder=out, generated_from=generated_from)
    summary_rows(curated.cells, week=WEEK, generated_from=generated_from, models=models, turns=turns)
    counts = curated.counts
    print(json.dumps({"rows": counts.rows, "rejected": counts.rejected}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
