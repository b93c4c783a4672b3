"""What functions and commands do alike with the lake's data: lines, decoding, scoring, events and metrics."""
