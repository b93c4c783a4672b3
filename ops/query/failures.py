"""Why a query gets no answer."""

from ops.failures import CommandError


class QueryError(CommandError):
    """A query that has no answer: the engine refuses it, or it is not known what Athena would read."""


def refused(what: str) -> QueryError:
    """Return the error for what is not read locally."""
    return QueryError(f"not read locally: {what}; run it without --local")
