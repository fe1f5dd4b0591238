"""Finds credentials, ungated deploys and missing approvals in machine-learning repositories."""

__version__ = "0.1.0"
