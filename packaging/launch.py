"""What the packaged application runs first; where Ossa is installed with pip, `ossa` needs none."""

import multiprocessing
import os
import sys
import warnings


def restore_library_path() -> None:
    """Give the programs that Ossa starts (a file manager, a browser) the system's own libraries.

    PyInstaller's starter points LD_LIBRARY_PATH at the folder's libraries; the linker of this
    process has read it by now, and whatever Ossa starts must not.
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    restore_library_path()
    # torch's sources, which TorchScript alone would read, are left out of the folder.
    warnings.filterwarnings("ignore", "Unable to retrieve source for @torch.jit._overload")
    from app.__main__ import main

    sys.exit(main())
