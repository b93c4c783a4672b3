"""How the lake is used in a month, as `docs/workload.toml` says."""

from pathlib import Path
from typing import Final

import msgspec

DAYS_A_MONTH: Final = 365.25 / 12
HOURS_A_MONTH: Final = DAYS_A_MONTH * 24


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file, whose comments say what its numbers mean."""


class Document(_Table, frozen=True):
    """What the layout document counts."""

    athena_gb_scanned: float
    get_requests: int
    storage_gb: dict[str, float]


class Runs(_Table, frozen=True):
    """The benchmark's runs, and the requests that each of them makes."""

    a_week: int
    turns: int
    bytes_a_turn: int
    turns_puts: int
    other_puts: int
    gets: int


class QueriesOfTurns(_Table, frozen=True):
    """Queries that read raw runs."""

    a_month: int
    days: int


class OtherQueries(_Table, frozen=True):
    """Queries that read no raw runs, and the requests of each."""

    a_month: int
    lists: int
    gets: int


class OtherRequests(_Table, frozen=True):
    """Requests that nothing else counts."""

    lists_a_month: int
    dead_letters_a_month: int


class Index(_Table, frozen=True):
    """Sizes in the run index, in bytes, and how much of it is read to reconcile."""

    item_bytes: int
    projected_bytes: int
    reconciled_a_month: int
    weeks_reconciled: int


class Function(_Table, frozen=True):
    """How often a function runs, by run or by month, for how long, and in how many hours of a week."""

    seconds: float
    a_run: float = 0
    a_month: float = 0
    hours_a_week: float = 0

    @property
    def hours_a_month(self) -> float:
        """Hours of a month in which it runs at all: those of a week, or else one for each time that it runs."""
        return min(self.hours_a_week * DAYS_A_MONTH / 7 or self.a_month, HOURS_A_MONTH)


class StateMachine(_Table, frozen=True):
    """How often a state machine runs, and by how many state transitions."""

    a_month: float
    transitions: float


class Logs(_Table, frozen=True):
    """What a function logs."""

    bytes_an_invocation: int


class Alerts(_Table, frozen=True):
    """What alarms send."""

    mails_a_month: int


class Dashboards(_Table, frozen=True):
    """Who looks at the dashboards, what they hold, and the requests of a refresh."""

    authors: int
    readers: int
    spice_gb: float
    lists: int
    gets: int


class Workload(_Table, frozen=True):
    """The whole file."""

    document: Document
    runs: Runs
    queries_of_turns: QueriesOfTurns
    other_queries: OtherQueries
    other_requests: OtherRequests
    index: Index
    replicated_gb_a_month: dict[str, float]
    functions: dict[str, Function]
    state_machines: dict[str, StateMachine]
    logs: Logs
    alerts: Alerts
    dashboards: Dashboards

    @property
    def runs_a_month(self) -> float:
        """Runs in a twelfth of a year."""
        return self.runs.a_week * DAYS_A_MONTH / 7

    @property
    def raw_gb_a_month(self) -> float:
        """GB of turns that are new in a month."""
        return self.runs_a_month * self.runs.turns * self.runs.bytes_a_turn / 1e9


def read_workload(path: Path) -> Workload:
    """Return the workload; raise `msgspec.ValidationError` where a table or number is missing or unknown."""
    return msgspec.toml.decode(path.read_bytes(), type=Workload)
