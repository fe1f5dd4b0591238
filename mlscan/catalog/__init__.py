"""`rules/**.yaml` to a typed Catalog, and the Catalog to one Hyperscan database; both are cached on disk."""
