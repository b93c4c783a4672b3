"""Alarms on metric math, which ministack 1.5.33 refuses in templates; it evaluates no alarm by itself anyway."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

from collections.abc import Mapping

from tools.local.launcher.parts import PROVISIONERS, replace

Properties = Mapping[str, object]

_OF_ONE_METRIC = (
    "MetricName",
    "Namespace",
    "Dimensions",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Unit",
)


def install() -> None:
    """Store an alarm on metric math as DescribeAlarms reports it: with its metrics, and no metric of its own."""
    stock = PROVISIONERS._cw_metric_alarm_record

    def record(name: str, properties: Properties) -> dict[str, object]:
        if not properties.get("Metrics"):
            alarm: dict[str, object] = stock(name, properties)
            return alarm
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        alarm = stock(name, {**plain, "MetricName": "none", "Namespace": "none"})
        kept = {key: value for key, value in alarm.items() if key not in _OF_ONE_METRIC}
        return {**kept, "Metrics": properties["Metrics"]}

    replace(PROVISIONERS, "_cw_metric_alarm_record", record)
