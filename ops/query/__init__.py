"""SQL over the deployed catalog: on Athena, or on DuckDB over the same tables, types and partitions.

`local.answer` and `athena.answer` return the same `result.Answer`; what is known to differ is refused, never guessed.
"""
