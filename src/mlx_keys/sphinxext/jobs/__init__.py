"""What runs in a child process and evaluates MLX."""
