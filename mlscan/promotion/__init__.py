"""How models reach production: pipelines lowered to one graph, and proof of the gates in it."""
