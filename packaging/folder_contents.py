"""What goes into the application folder and what stays out; `ossa.spec` and the tests read it.

The folder is large because of four libraries (sizes in `README.md`); what is named here are their
parts that no code of Ossa reaches.
"""

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

# Imported by name only, or by importlib.resources: PyInstaller cannot see them. pyqtgraph asks for
# Qt's OpenGL modules while it is imported.
HIDDEN_IMPORTS = (
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "app.main_window", "engine.cli", "resources",
    "resources.weights",
)  # fmt: skip

# Packages that read files of their own while they are imported.
PACKAGES_WITH_DATA = ("lightning", "pgmpy")

# Imported by Ossa, left out all the same: a study then writes its tables, and says in one line that
# it draws no figures.
DONE_WITHOUT = ("matplotlib",)

# Whatever is imported on the way to what Ossa uses must stay, tests among them:
# torch.utils.checkpoint takes a logger from torch.testing._internal.
EXCLUDED_MODULES = (
    *DONE_WITHOUT,
    # Interpreters, notebooks, build and test tools
    "IPython", "_pytest", "hypothesis", "jupyter_core", "lib2to3", "mypy", "pip", "pytest",
    "setuptools", "tkinter", "turtledemo", "wheel",
    # Optional companions of the libraries
    "aiohttp", "diffusers", "huggingface_hub", "multidict", "numba", "onnx",
    "onnxscript", "propcache", "regex", "tensorboard", "tensorboardX", "torchaudio", "torchvision",
    "transformers", "triton", "yarl",
    # The same as lightning, under its old names
    "lightning_fabric", "pytorch_lightning",
    # What pgmpy can also do: regressions, causal estimates
    "formulaic", "patsy", "statsmodels",
    # torch's own tests and the compiler, which needs a C++ compiler besides
    "torch._inductor.codegen", "torch._inductor.fx_passes", "torch._inductor.kernel",
    "torch._vendor.quack", "torch.testing._internal.common_methods_invocations",
    "torch.testing._internal.distributed._tensor",
    "torch.testing._internal.distributed.distributed_test",
    "torch.testing._internal.distributed.rpc", "torch.testing._internal.generated",
    "torch.testing._internal.opinfo", "torch.utils.tensorboard",
    # Filters, restoration, matrix files: nothing of Ossa's
    "scipy.io._fast_matrix_market._fmm_core", "skimage.data", "skimage.filters.rank",
    "skimage.restoration", "skimage.segmentation",
    # Tests that ship inside packages
    "networkx.tests", "pandas.tests",
    # Parts of Qt and pyqtgraph that the window does not use
    "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtQml", "PySide6.QtQuick",
    "PySide6.QtQuickControls2", "PySide6.QtQuickTest", "PySide6.QtQuickWidgets", "PySide6.QtSql",
    "PySide6.QtUiTools", "pyqtgraph.console", "pyqtgraph.examples", "pyqtgraph.jupyter",
    "pyqtgraph.opengl",
)  # fmt: skip

# Paths inside the folder, `*` also crossing `/`.
_UNWANTED_FILES = (
    # torch: headers, tests, command line programs (it asks for torch_shm_manager while it is
    # imported), static libraries
    "torch/bin/*Test", "torch/bin/*.pt*", "torch/bin/protoc*", "torch/bin/test_*",
    "torch/bin/upgrader_models/*", "torch/include/*", "torch/test/*", "torch/share/*", "*.a",
    "*.lib",
    # Qt: translations, QML, plugins for embedded devices, compositors, databases and rare images
    "*/Qt*/translations/*", "*/Qt*/qml/*", "*/libQt6Pdf*", "*/libQt6Qml*", "*/libQt6Quick*",
    "*/libQt6VirtualKeyboard*", "*/libQt6WaylandCompositor*", "*/libQt6EglF*",
    "*/plugins/designer/*", "*/plugins/egldeviceintegrations/*", "*/plugins/generic/*",
    "*/plugins/networkinformation/*", "*/plugins/printsupport/*", "*/plugins/qmltooling/*",
    "*/plugins/sqldrivers/*", "*/plugins/tls/*", "*/plugins/vectorimageformats/*",
    "*/plugins/wayland-graphics-integration-server/*",
    "*/plugins/imageformats/*gif*", "*/plugins/imageformats/*icns*",
    "*/plugins/imageformats/*pdf*", "*/plugins/imageformats/*tga*",
    "*/plugins/imageformats/*tiff*", "*/plugins/imageformats/*wbmp*",
    "*/plugins/imageformats/*webp*", "*/plugins/platforminputcontexts/*virtualkeyboard*",
    "*/plugins/platforms/*eglfs*", "*/plugins/platforms/*linuxfb*",
    "*/plugins/platforms/*vkkhr*", "*/plugins/platforms/*vnc*",
    # GTK's theme would bring the build machine's GTK along
    "*/plugins/platformthemes/*gtk3*", "libgtk-3.so*", "libgdk*.so*", "libpango*.so*",
    "libcairo*.so*", "libharfbuzz.so*", "libgio-2.0.so*",
    # Pillow: AVIF
    "PIL/_avif.*", "*libavif-*",
    # Sources, example data and inventories of other packages
    "*/tests/*", "*.pyx", "*.pxd", "*/meson.build", "pgmpy/utils/example_models/*",
    "pyqtgraph/examples/*", "sklearn/datasets/data/*", "sklearn/datasets/images/*",
    "*.dist-info/RECORD", "*.dist-info/sboms/*",
    # Who finds a package's metadata takes it to be there: torchmetrics imports matplotlib then
    *(f"{package}-*.dist-info/*" for package in DONE_WITHOUT),
)  # fmt: skip


def resource_files(root: Path) -> list[tuple[str, str]]:
    """Every file of ``resources`` as (source, folder inside the application), for PyInstaller.

    Args:
        root: the source tree.
    """
    files = (path for path in sorted((root / "resources").rglob("*")) if path.is_file())
    return [
        (str(path), path.parent.relative_to(root).as_posix())
        for path in files
        if path.suffix != ".pyc"
    ]


def is_wanted(destination: str) -> bool:
    """Whether the file at this path inside the application folder is of use there."""
    path = PurePosixPath(destination.replace("\\", "/")).as_posix()
    return not any(fnmatch(path, pattern) for pattern in _UNWANTED_FILES)


def modules_with_source(site_packages: Path, package: str = "torch") -> list[str]:
    """The modules of a package that read their own source while they are imported.

    torch's settings do (``torch.utils._config_module``); without a source beside the bytecode
    their import fails.
    """
    return [
        ".".join(path.relative_to(site_packages).with_suffix("").parts)
        for path in sorted((site_packages / package).rglob("*config*.py"))
        if "install_config_module(sys" in path.read_text(encoding="utf-8")
    ]


def wanted(entries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """PyInstaller's (destination, source, kind) entries without the unwanted ones."""
    return [entry for entry in entries if is_wanted(entry[0])]
