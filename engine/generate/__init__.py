"""Generators of pairs: networks, diffusion, samplers, one training loop, weights."""
