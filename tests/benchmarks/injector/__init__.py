"""Plants generated credentials in copies of real repositories and measures which scanner finds them."""
