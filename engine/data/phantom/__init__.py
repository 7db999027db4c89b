"""Procedural radiographs of left hands with exact landmarks: unlimited, seeded, of no patient."""

from engine.data.phantom.radiograph import Phantom, PhantomSettings, draw_phantom, place_hand

__all__ = ["Phantom", "PhantomSettings", "draw_phantom", "place_hand"]
