"""Queries of a workgroup whose results Athena itself keeps, which ministack refuses for want of a bucket.

https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
"""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

from collections.abc import Mapping

from tools.local.launcher.parts import ATHENA, replace

# The location that ministack wants before it starts a query; no managed result is put there.
_MANAGED = "s3://managed-results/"


def install() -> None:
    """Let such queries run, and keep their results in memory alone."""
    stock_start, stock_save = ATHENA._start_query_execution, ATHENA._save_query_results

    def start(request: Mapping[str, object]) -> object:
        workgroup = ATHENA._workgroups.get(request.get("WorkGroup", "primary"), {})
        managed = workgroup.get("Configuration", {}).get("ManagedQueryResultsConfiguration", {})
        if str(managed.get("Enabled")).lower() == "true":
            request = {**request, "ResultConfiguration": {"OutputLocation": _MANAGED}}
        return stock_start(request)

    async def save(query_id: str) -> None:
        location: str = ATHENA._executions[query_id]["ResultConfiguration"]["OutputLocation"]
        if not location.startswith(_MANAGED):
            await stock_save(query_id)

    replace(ATHENA, "_start_query_execution", start)
    replace(ATHENA, "_save_query_results", save)
