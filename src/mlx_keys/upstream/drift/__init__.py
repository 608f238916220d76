"""Where documentation says otherwise than the installed mlx is."""
