from pathlib import Path

from tools.local.endpoint import Credentials, Endpoint

AWS = Endpoint(
    url="https://127.0.0.1:1",
    plain_url="http://127.0.0.1:2",
    ca_bundle=Path("run/ca.pem"),
    account_id="111122223333",
    region="us-east-1",
    folder=Path("build/local/run"),
)


def test_environment_leads_to_the_emulator_over_tls() -> None:
    environment = AWS.environment(region="us-west-2")
    assert environment["AWS_ENDPOINT_URL"] == AWS.url
    assert environment["AWS_CA_BUNDLE"] == environment["NODE_EXTRA_CA_CERTS"] == str(AWS.ca_bundle)
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-west-2"
    assert environment["AWS_ACCESS_KEY_ID"] == environment["AWS_SECRET_ACCESS_KEY"] == "test"
    assert "AWS_SESSION_TOKEN" not in environment


def test_environment_of_a_role_carries_its_token() -> None:
    role = Credentials("key", "secret", "token")
    assert AWS.environment(credentials=role)["AWS_SESSION_TOKEN"] == role.token


def test_a_client_is_of_the_endpoint_and_region_asked_for() -> None:
    assert AWS.client("sts").meta.endpoint_url == AWS.url
    assert AWS.client("sts", tls=False).meta.endpoint_url == AWS.plain_url
    assert AWS.client("sts", region="us-west-2").meta.region_name == "us-west-2"
