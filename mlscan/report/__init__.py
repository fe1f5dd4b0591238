"""A Report as text for people, terminals, GitHub and programs: one module per format, all of them pure."""
