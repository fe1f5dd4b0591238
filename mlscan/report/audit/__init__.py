"""The audit page: one self-contained HTML file, one module and one template for each of its sections."""
