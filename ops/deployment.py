"""Finds what is deployed by the outputs of the CloudFormation stacks, never by a name that was put together."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ops.failures import CommandError
from schemas.names import (
    CATALOG,
    CURATION,
    INDEX,
    OUTPUT_BUCKET,
    OUTPUT_CURATE_WEEK,
    OUTPUT_CURATION_DEAD_LETTERS,
    OUTPUT_DATABASE,
    OUTPUT_INDEX_DEAD_LETTERS,
    OUTPUT_INDEX_RUN,
    OUTPUT_RECONCILE_DAILY,
    OUTPUT_REPLICA_BUCKET,
    OUTPUT_RUNS_TABLE,
    OUTPUT_WATCH_CALIBRATION,
    OUTPUT_WORKGROUP,
    PRIMARY_REGION,
    REPLICA,
    REPLICA_REGION,
    STORAGE,
    Names,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_REGIONS: Final = {REPLICA: REPLICA_REGION}
# What CloudFormation answers for a stack that does not exist.
_NO_SUCH_STACK: Final = "ValidationError"


class Deployment:
    """The deployed resources of one stage; each stack is described once, when first needed.

    Every lookup raises `CommandError` where the stack, or the output in it, is missing.
    """

    def __init__(
        self, *, names: Names, cloudformation: Callable[[str], "CloudFormationClient"], recovered: bool = False
    ) -> None:
        """Take the stage's names, what gives a client of a Region, and whether us-east-1 is lost."""
        self.recovered = recovered
        self._names = names
        self._cloudformation = cloudformation
        self._outputs: dict[str, Mapping[str, str]] = {}

    @property
    def bucket(self) -> str:
        """The name of the bucket that the lake reads and writes: the primary, or the replica of a recovered one."""
        return self.replica_bucket if self.recovered else self.find(STORAGE, OUTPUT_BUCKET)

    @property
    def replica_bucket(self) -> str:
        """The name of the bucket in the replica Region."""
        return self.find(REPLICA, OUTPUT_REPLICA_BUCKET)

    @property
    def runs_table(self) -> str:
        """The run index's table name."""
        return self.find(INDEX, OUTPUT_RUNS_TABLE)

    @property
    def index_run(self) -> str:
        """The indexing function's name."""
        return self.find(INDEX, OUTPUT_INDEX_RUN)

    @property
    def watch_calibration(self) -> str:
        """The name of the function that publishes what canaries found."""
        return self.find(INDEX, OUTPUT_WATCH_CALIBRATION)

    @property
    def index_dead_letters(self) -> str:
        """The URL of the queue that takes events which could not be indexed."""
        return self.find(INDEX, OUTPUT_INDEX_DEAD_LETTERS)

    @property
    def curate_week(self) -> str:
        """The name of the function that curates weeks."""
        return self.find(CURATION, OUTPUT_CURATE_WEEK)

    @property
    def reconcile_daily(self) -> str:
        """The name of the function that reconciles the last weeks."""
        return self.find(CURATION, OUTPUT_RECONCILE_DAILY)

    @property
    def curation_dead_letters(self) -> str:
        """The URL of the queue that takes curations which failed."""
        return self.find(CURATION, OUTPUT_CURATION_DEAD_LETTERS)

    @property
    def database(self) -> str:
        """The name of the Glue database."""
        return self.find(CATALOG, OUTPUT_DATABASE)

    @property
    def workgroup(self) -> str:
        """The name of the Athena workgroup."""
        return self.find(CATALOG, OUTPUT_WORKGROUP)

    def find(self, part: str, key: str) -> str:
        """Return an output of one part's stack."""
        home = REPLICA_REGION if self.recovered else PRIMARY_REGION
        stack, region = self._names.stack(part), _REGIONS.get(part, home)
        if stack not in self._outputs:
            self._outputs[stack] = self._describe(stack, region)
        try:
            return self._outputs[stack][key]
        except KeyError:
            raise CommandError(f"stack {stack} in {region} has no output {key}: deploy this version first") from None

    def _describe(self, stack: str, region: str) -> Mapping[str, str]:
        try:
            found = self._cloudformation(region).describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != _NO_SUCH_STACK:
                raise
            raise CommandError(f"no stack {stack} in {region}: deploy it, or choose another --stage") from None
        return {output["OutputKey"]: output["OutputValue"] for each in found for output in each.get("Outputs", [])}
