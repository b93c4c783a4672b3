"""SQL over the deployed catalog: on Athena, on DuckDB over the same tables and partitions, or on a Trino.

Each engine returns the same `result.Answer`.
"""
