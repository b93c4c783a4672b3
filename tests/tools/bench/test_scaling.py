from tools.bench.scaling import scaling


def test_a_hundred_times_the_week_takes_a_hundred_times_the_seconds_and_dollars_in_the_same_memory() -> None:
    table = scaling(mb_per_s=100, peak_mb=260)
    today, _, hundredfold = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert today == {
        "times today": 1,
        "raw GB": 0.63,
        "objects": 7_200,
        "seconds": 6.3,
        "peak MB": 260,
        # 6.3 s of 2.9375 GB at $0.0000133334 a GB-second
        "Lambda $": "0.0002",
        # 7,200 GETs at $0.40 a million, and 7.2 listings at $5 a million
        "requests $": "0.0029",
        "raw $ a month": "0.0145",
    }
    assert (hundredfold["seconds"], hundredfold["peak MB"]) == (630, 260)
    assert (hundredfold["Lambda $"], hundredfold["requests $"]) == ("0.0247", "0.2916")
