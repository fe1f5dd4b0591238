"""Rules over the promotion graph, one idea a module: each looks at a case and says what it finds."""
