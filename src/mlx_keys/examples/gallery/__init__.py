"""Gallery scripts, and the golden files that hold what they show."""
