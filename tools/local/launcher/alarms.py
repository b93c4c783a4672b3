"""Alarms on metric math, which ministack 1.5.33 refuses in templates; it evaluates no alarm by itself anyway."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

from collections.abc import Mapping

from tools.local.launcher.parts import PROVISIONERS, replace


def install() -> None:
    """Store an alarm on metric math as one on a metric that does not exist."""
    stock = PROVISIONERS._cw_metric_alarm_record

    def record(name: str, properties: Mapping[str, object]) -> dict[str, object]:
        if properties.get("Metrics"):
            properties = {**properties, "Metrics": None, "MetricName": "none", "Namespace": "none"}
        alarm: dict[str, object] = stock(name, properties)
        return alarm

    replace(PROVISIONERS, "_cw_metric_alarm_record", record)
