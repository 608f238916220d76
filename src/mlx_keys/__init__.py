"""Verified documentation of random numbers in MLX, and the keyed generator behind it.

Three wings that do not know each other stand on :mod:`mlx_keys.errors`:

- :mod:`mlx_keys.upstream` reads messy API pages and the installed ``mlx`` into records;
- :mod:`mlx_keys.prng` is Threefry-2x32, in plain integers and on MLX;
- :mod:`mlx_keys.examples` runs the examples of a page and compares what they print.

Importing this package imports neither MLX nor Sphinx.
"""

__version__ = "0.1.0"
