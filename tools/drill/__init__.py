"""`make drill`: lose a deployed lake's objects and index, bring them back, and measure."""
