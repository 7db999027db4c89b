"""The review project on disk, its decisions and audit trail, and what is exported from it."""
