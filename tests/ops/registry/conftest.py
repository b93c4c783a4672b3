import pytest

from ops.registry.store import Store
from schemas.names import PRIMARY_REGION, REPLICA_REGION
from tests.ops.conftest import Deployed


@pytest.fixture
def primary(deployed: Deployed) -> Store:
    return Store(s3=deployed.s3, bucket=deployed.bucket, region=PRIMARY_REGION)


@pytest.fixture
def replica(deployed: Deployed) -> Store:
    return Store(s3=deployed.s3_replica, bucket=deployed.replica, region=REPLICA_REGION)
