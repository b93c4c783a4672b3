"""A week's raw JSON to one sorted Parquet file, as one writes it with pandas: `curate_pandas FOLDER OUT`."""

import sys
from pathlib import Path

import pandas as pd

from tools.bench.data import raw_files


def main(folder: Path, out: str) -> None:
    """Convert."""
    turns = pd.concat((pd.read_json(path, lines=True) for path in raw_files(folder)), ignore_index=True)
    turns.sort_values(["model", "phase", "run_id", "turn"]).to_parquet(out, compression="zstd", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
