"""What the data is: records, key grammar, weeks, columns, scoring and names. Imports only stdlib and msgspec."""
