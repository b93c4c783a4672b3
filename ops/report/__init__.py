"""A week as a page that people can look at: charts, the numbers under them, and where they come from."""
