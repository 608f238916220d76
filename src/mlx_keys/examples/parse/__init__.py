"""Examples and their outputs, found in pages."""
