"""The one error a user can cause: a wrong path, option or configuration. It exits 2 with one line."""


class UserError(Exception):
    """A mistake in usage or configuration; the message is one line that says how to mend it."""
