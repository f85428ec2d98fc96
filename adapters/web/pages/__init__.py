"""The pages, one module for each part of the site. Each has `routes(site)`, which returns its routes."""
