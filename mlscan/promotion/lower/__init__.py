"""One module per platform, each turning a file into a Pipeline of `mlscan.promotion.graph`."""

from mlscan.promotion.lower.platforms import platform

__all__ = ["platform"]
