"""The gallery: sphinx-gallery's pages, compared block by block with golden files."""
