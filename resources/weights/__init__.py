"""The generator that ships with Ossa, trained on procedural phantoms."""
