"""Many repositories: each is looked at by a process of its own, wherever an executor runs it."""
