"""What is made of words: uniforms, and every distribution that mlx has."""
