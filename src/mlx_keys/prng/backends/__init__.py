"""Who computes the words of a draw: MLX itself, MLX operations, or a kernel of ours."""
