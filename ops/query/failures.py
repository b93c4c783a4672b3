"""Why a query gets no answer."""

from ops.failures import CommandError


class QueryError(CommandError):
    """A query that has no answer: Athena refuses it, or the local engine could not answer it as Athena would."""


def type_mismatch(where: str, what: str) -> QueryError:
    """Return the error that Athena raises where types do not fit; it names a line, this one the expression."""
    return QueryError(f"TYPE_MISMATCH: {where}: {what}")


def refused(what: str) -> QueryError:
    """Return the error for what only Athena is known to answer as Athena does."""
    return QueryError(f"NOT_SUPPORTED locally: {what}; run it without --local")
