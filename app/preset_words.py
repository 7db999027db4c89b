"""What the presets of a training are called and for, in a sentence each."""

_WORDS = {
    "fast": (
        "diffusion, fast",
        "Draws image and heatmap together, step by step out of noise; made for an ordinary "
        "computer. The one to begin with.",
    ),
    "paper": (
        "diffusion, as the paper",
        "The published network to the letter. It wants a graphics card and days of time.",
    ),
    "vae": (
        "variational autoencoder",
        "Learns quickly and draws in one step, but softly: fine bone structure is blurred. For "
        "comparison.",
    ),
    "gan": (
        "generative adversarial network",
        "Draws sharply and in one step, but may learn few kinds of hands or break off. For "
        "comparison.",
    ),
}


def preset_title(name: str) -> str:
    """A preset's name, and in plain words what it is."""
    return f"{name}: {_WORDS[name][0]}" if name in _WORDS else name


def preset_purpose(name: str) -> str:
    """What a preset is for; nothing about one that is not known here."""
    return _WORDS[name][1] if name in _WORDS else ""
