"""The window of Ossa. Qt lives here and nowhere else."""
