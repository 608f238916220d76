"""What has been run where: attestations of our outputs, and history across mlx's releases."""
