"""`python -m mlscan`."""

from mlscan.cli.main import entry

if __name__ == "__main__":
    entry()
