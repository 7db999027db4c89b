"""The paper's tables and figures, each a job of its own that goes on where it was ended."""
