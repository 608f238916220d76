"""Gallery scripts: split, run, and compared with their golden files."""
