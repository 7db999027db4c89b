"""Labelling (MRF), anatomical plausibility (shape model) and the verdict on a pair."""
