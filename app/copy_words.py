"""What the window calls the copy check's levels."""

from engine.assess.copy_risk import CopyLevel

COPY_WORDS = {
    CopyLevel.COPY: "Copy of a training radiograph: held out of an export",
    CopyLevel.SUSPECT: "Suspiciously near a training radiograph",
    CopyLevel.NONE: "Not flagged as a copy; this is no proof of anonymity",
}
