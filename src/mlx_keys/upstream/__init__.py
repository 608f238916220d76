"""What upstream says about a function: read from messy pages, or from the installed mlx.

Two sources, one model. :func:`mlx_keys.upstream.read.page.read` turns a scraped page into a
:class:`~mlx_keys.upstream.model.Page`; :func:`mlx_keys.upstream.installed.introspect.entry` asks
the installed package. :mod:`mlx_keys.upstream.write.page` lays records out as clean MyST.

Nothing here imports mlx or Sphinx; ``installed`` imports mlx when it is called.
"""
