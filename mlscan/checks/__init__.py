"""Rules over a document or over the promotion graph, one module per family."""
