#!/usr/bin/env bash
# Build the self-contained application folder: packaging/build_linux.sh [OUT], by default dist.
# Writes OUT/ossa and OUT/ossa-<version>-linux-<machine>.tar.xz and tries the folder out.
# PYTHON: the interpreter to package (3.11 or newer, with a shared libpython), by default python3.
# PYTORCH_INDEX: where CPU builds of torch are.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath -m "${1:-$root/dist}")
index=${PYTORCH_INDEX:-https://download.pytorch.org/whl/cpu}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# From a copy, because setuptools leaves its build folder beside the sources.
mkdir "$work/source"
cp -r "$root"/{app,engine,resources,packaging,pyproject.toml,README.md,LICENSE} "$work/source"
find "$work/source" -name __pycache__ -type d -prune -exec rm -r {} +
"${PYTHON:-python3}" -m venv "$work/venv"
python=$work/venv/bin/python
torch=$(sed -n 's/^ *"\(torch[<>=].*\)",$/\1/p' "$root/pyproject.toml")
"$python" -m pip install --quiet --extra-index-url "$index" "$torch"
"$python" -c 'import torch; raise SystemExit(torch.version.cuda and "torch came with CUDA: set PYTORCH_INDEX")'
"$python" -m pip install --quiet "$work/source" 'pyinstaller>=6.16,<7'

cd "$work/source"
"$python" -m PyInstaller --noconfirm --log-level WARN \
  --distpath "$work/dist" --workpath "$work/build" packaging/ossa.spec
folder=$work/dist/ossa
# Symbol tables: a fifth of torch. Nothing else is stripped, because that breaks libraries which
# auditwheel has patched.
strip --strip-unneeded "$folder"/_internal/{torch/lib/libtorch_{cpu,python}.so,libpython3*.so*}
install -Dm644 packaging/ossa.desktop -t "$folder/share/applications"
install -Dm644 resources/icons/ossa.svg -t "$folder/share/icons/hicolor/scalable/apps"
install -m644 LICENSE "$folder"

"$python" packaging/try_folder.py "$folder"
mkdir -p "$out"
rm -rf "$out/ossa"
mv "$folder" "$out/ossa"
version=$("$python" -c 'from importlib.metadata import version; print(version("ossa"))')
archive=$out/ossa-$version-linux-$(uname -m).tar.xz
tar -C "$out" -c ossa | xz -T0 -6 > "$archive"
du -sh "$out/ossa" "$archive"
