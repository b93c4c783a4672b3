import json

import pytest

from ops import cli
from ops.sample import SampleOptions, generate
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from tests.ops.conftest import Deployed


def test_bucket_gets_every_object_under_its_decoded_key(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--runs", "4", "--turns", "1", "--models", "m", "--bad-keys", "1", "--seed", "7"]
    assert cli.main(["sample", "--bucket", "--json", *arguments]) == 0
    options = SampleOptions(weeks=(Week(2025, 45),), models=("m",), runs=4, turns=(1, 1), bad_keys=1, seed=7)
    expected = {sample.key: sample.body for sample in generate(options, prices=load_models())}
    listed = deployed.s3.list_objects_v2(Bucket=deployed.bucket)["Contents"]
    put = {it["Key"]: deployed.s3.get_object(Bucket=deployed.bucket, Key=it["Key"])["Body"].read() for it in listed}
    assert put == expected
    assert json.loads(capsys.readouterr().out)["invalid"] == 16
