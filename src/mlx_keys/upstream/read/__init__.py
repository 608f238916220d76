"""A scraped page, in any of its forms, as a record."""
