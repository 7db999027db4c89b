"""A data set of stick hands and a generator trained on it for a few steps."""

import pytest

pytest.importorskip("torch")

from engine.events import CancelToken
from engine.jobs.train import TrainRequest, train
from tests.engine.hand_dataset import write_dataset, write_settings


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "hands")


@pytest.fixture(scope="session")
def settings_file(tmp_path_factory):
    return write_settings(tmp_path_factory.mktemp("settings") / "tiny.toml")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("OSSA_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def trained(tmp_path_factory, dataset, settings_file):
    out = tmp_path_factory.mktemp("runs") / "tiny"
    request = TrainRequest(
        data=dataset, out=out, preset=str(settings_file), max_steps=4, device="cpu"
    )
    list(train(request, CancelToken()))
    return out
