"""What a Python name stands for: imports, constants, instances. Shared by secrets and promotion calls."""
