"""The drift of documentation: where it differs from the installed mlx."""
