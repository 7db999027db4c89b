"""The science of Ossa: importable and runnable without Qt and without a display."""
