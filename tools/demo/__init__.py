"""`make demo`: the whole lake on the embedded AWS, from deployment to report."""
