"""The writer: records as clean MyST pages, their links and their index."""
