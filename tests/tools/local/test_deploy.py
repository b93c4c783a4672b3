import json
from pathlib import Path

import pytest

from tools.local import deploy as local_deploy
from tools.local.deploy import Cdk, DeployError, bootstrap, deploy
from tools.local.endpoint import Endpoint


def endpoint(folder: Path) -> Endpoint:
    return Endpoint(
        url="https://127.0.0.1:1",
        plain_url="http://127.0.0.1:2",
        ca_bundle=folder / "ca.pem",
        account_id="111122223333",
        region="us-east-1",
        folder=folder,
    )


def cdk(folder: Path, script: str, *, seconds: float = 10.0) -> Cdk:
    """Return a CDK whose Node is a shell script, which is given the command's arguments."""
    node = folder / "node"
    node.write_text(f"#!/bin/sh\n{script}\n")
    node.chmod(0o755)
    return Cdk(node=node, cli=Path("cdk"), directory=folder, seconds=seconds)


def test_bootstrap_names_each_region_explicitly(tmp_path: Path) -> None:
    bootstrap(endpoint(tmp_path), cdk=cdk(tmp_path, 'echo "$@"'))
    log = (tmp_path / "cdk-bootstrap.log").read_text()
    assert "bootstrap aws://111122223333/us-east-1 aws://111122223333/us-west-2" in log


def test_deploy_takes_context(tmp_path: Path) -> None:
    deploy(endpoint(tmp_path), context={"bundling": "host"}, cdk=cdk(tmp_path, 'echo "$@"'))
    log = (tmp_path / "cdk-deploy.log").read_text()
    assert "deploy --all --require-approval never --progress events --context " in log
    assert "--context bundling=host" in log


def test_what_is_chosen_for_aws_is_not_deployed_into_the_emulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = {"trust_runner": "444455556666", "first_week": "2025-W10", "replicate_raw": "true", "flag": True}
    (tmp_path / "cdk.json").write_text(json.dumps({"context": context}))
    monkeypatch.setattr(local_deploy, "REPOSITORY", tmp_path)
    deploy(endpoint(tmp_path), context={"replicate_raw": "true"}, cdk=cdk(tmp_path, 'echo "$@"'))
    log = (tmp_path / "cdk-deploy.log").read_text()
    assert "--context trust_runner= " in log
    assert "--context first_week=2025-W01 " in log
    assert "--context replicate_raw=true " in log
    assert "flag" not in log


@pytest.mark.parametrize("command", ["bootstrap", "deploy"])
def test_every_command_synthesizes_into_the_runs_own_folder(tmp_path: Path, command: str) -> None:
    tool = cdk(tmp_path, 'echo "$@"')
    bootstrap(endpoint(tmp_path), cdk=tool)
    deploy(endpoint(tmp_path), context={}, cdk=tool)
    assert f"--output {tmp_path / 'assembly'} " in (tmp_path / f"cdk-{command}.log").read_text()


def test_deploy_reaches_the_emulator_alone(tmp_path: Path) -> None:
    deploy(endpoint(tmp_path), context={}, cdk=cdk(tmp_path, "env"))
    environment = (tmp_path / "cdk-deploy.log").read_text()
    assert "AWS_ENDPOINT_URL=https://127.0.0.1:1\n" in environment
    assert f"CDK_HOME={tmp_path / 'cdk'}\n" in environment


def test_failed_command_tells_the_end_and_the_place_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"cdk deploy ended with exit code 3(.|\n)*no such bucket") as error:
        deploy(endpoint(tmp_path), context={}, cdk=cdk(tmp_path, "echo no such bucket; exit 3"))
    assert error.value.log == tmp_path / "cdk-deploy.log"
    assert str(error.value.log) in str(error.value)


def test_command_that_hangs_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"took longer than 0\.2 s"):
        deploy(endpoint(tmp_path), context={}, cdk=cdk(tmp_path, "exec sleep 60", seconds=0.2))


def test_missing_node_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="run `make setup`"):
        bootstrap(endpoint(tmp_path), cdk=Cdk(node=tmp_path / "none"))
