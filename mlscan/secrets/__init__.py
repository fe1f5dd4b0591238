"""A candidate becomes a judged credential: formats, sinks, names, and one place that tells real from not."""
