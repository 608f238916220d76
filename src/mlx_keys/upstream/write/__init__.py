"""Records as clean MyST pages."""
