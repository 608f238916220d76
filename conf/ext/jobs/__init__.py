"""What runs in a child process and evaluates MLX, and its results, kept from build to build."""
