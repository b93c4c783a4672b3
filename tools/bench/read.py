"""Fetching: CurateWeek's reader beside boto3 in a pool of threads, from a loopback server with S3's latency."""

from collections.abc import Mapping
from typing import Final

from tools.bench.places import RIVALS_PYTHON
from tools.bench.report import Section, Table
from tools.bench.runner import BenchmarkError, Measured, interleaved, python
from tools.bench.server import LATENCY_MS, serving
from tools.bench.settings import Settings

OURS: Final = "obstore (ours)"
BOTO3: Final = "boto3, 32 threads"
_ENGINES: Final = {
    OURS: ("tools.bench.programs.fetch", None),
    BOTO3: ("tools.bench.rivals.fetch_boto3", RIVALS_PYTHON),
}


def run(settings: Settings) -> Section:
    """Measure all objects of the small sample, and one alone for what is start-up."""
    sample = settings.samples.small
    folder = sample.folder()
    with serving(folder) as url:
        measured = interleaved(
            [
                python(module, folder, url, str(count), name=f"{engine}: {count}", interpreter=interpreter)
                for engine, (module, interpreter) in _ENGINES.items()
                for count in (1, sample.objects)
            ],
            rounds=settings.rounds,
        )
    sizes = {measured[f"{engine}: {sample.objects}"].result["bytes"] for engine in _ENGINES}
    if len(sizes) != 1:
        raise BenchmarkError(f"the engines fetched different numbers of bytes: {sizes}")
    rates = {engine: _rates(measured, engine, sample.objects) for engine in _ENGINES}
    return Section(
        name="read",
        figures={
            "objects_per_s": rates[OURS][0],
            "cpu_us_per_object": rates[OURS][1],
            "boto3_objects_per_s": rates[BOTO3][0],
            "boto3_cpu_us_per_object": rates[BOTO3][1],
            "cpu_vs_boto3": rates[BOTO3][1] / rates[OURS][1],
        },
        tables=[
            Table(
                title=f"Fetch {sample.objects:,} objects of {sizes.pop() / sample.objects / 1_000:.0f} KB, "
                f"{LATENCY_MS} ms of latency",
                columns=("reader", "objects/s", "CPU µs an object", "peak MB"),
                rows=[(engine, *values) for engine, values in rates.items()],
            )
        ],
    )


def _rates(measured: Mapping[str, Measured], engine: str, count: int) -> tuple[float, float, float]:
    one, all_ = measured[f"{engine}: 1"], measured[f"{engine}: {count}"]
    return (count - 1) / (all_.wall - one.wall), (all_.cpu - one.cpu) / (count - 1) * 10**6, all_.peak_mb
