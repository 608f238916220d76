"""``{mlx-draws}``: the draws of a call as a picture, compared with the density of the page."""
