"""For how many days things are kept that nobody needs any more: what stacks set, and operators are told."""

from typing import Final

NONCURRENT_EXPORTS_DAYS: Final = 1
QUERY_RESULTS_DAYS: Final = 1
UNFINISHED_UPLOADS_DAYS: Final = 7
# The longest that SQS has.
DEAD_LETTERS_DAYS: Final = 14
# Two quarters: what a calibration shows about the quarter before can still be traced to its invocations.
LOGS_DAYS: Final = 180
# DynamoDB's: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
RECOVERY_DAYS: Final = 35
# Athena's, of results that it manages: https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
MANAGED_RESULTS_DAYS: Final = 1
