"""One module per platform, each turning a file into a Pipeline of `mlscan.promotion.graph`."""
