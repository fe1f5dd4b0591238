"""What bytes are: decoded units with an exact map back to raw line and column; trees are parsed lazily."""
