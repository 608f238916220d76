"""The subcommands of ``mlx-keys``: one file each, holding one click command named ``command``.

A file is imported only when its command is asked for, so that ``mlx-keys read`` pays for no Sphinx
and ``mlx-keys tree`` for no HTML parser.
"""
