"""Training resumes to the step, stops and keeps, cancels and discards."""

import csv
import itertools
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from engine.errors import SettingsError, WeightsError  # noqa: E402
from engine.events import (  # noqa: E402
    CancelToken,
    CheckpointSaved,
    Notice,
    PreviewReady,
    TrainingStep,
)
from engine.generate.settings import with_training  # noqa: E402
from engine.generate.training import train_generator  # noqa: E402
from engine.generate.training_plan import learning_rate  # noqa: E402
from engine.generate.weights import (  # noqa: E402
    load_generator,
    read_prior_arrays,
    read_weights_info,
)


def run(plan, token=None):
    return list(train_generator(plan, token or CancelToken()))


def losses(plan):
    with (plan.out / "loss.csv").open() as stream:
        return list(csv.DictReader(stream))


def test_a_run_goes_on_when_only_the_way_pairs_are_sampled_has_changed(plan):
    run(plan)
    other = replace(plan.settings.sampling, sampler="ddim", steps=2)
    run(replace(plan, settings=replace(plan.settings, sampling=other), max_steps=14))
    info = read_weights_info(plan.out)
    assert info.metadata["step"] == 14
    assert info.settings.sampling == other


def test_training_ends_at_its_last_step_with_weights_that_load(plan):
    events = run(plan)
    assert [e.step for e in events if isinstance(e, TrainingStep)] == list(range(1, 13))
    assert isinstance(events[-1], CheckpointSaved)
    info = read_weights_info(plan.out)
    assert info.settings == plan.settings
    assert info.metadata["step"] == 12
    assert info.metadata["pairs_seen"] == 12 * plan.settings.training.batch_size
    np.testing.assert_array_equal(read_prior_arrays(plan.out)["edges"], plan.companions["edges"])
    denoiser = load_generator(info)
    assert denoiser.network.conditions == denoiser.guide.conditions == 7


def test_a_resumed_run_ends_with_the_same_numbers_as_one_that_never_stopped(plan, tmp_path):
    run(plan)
    halved = replace(plan, out=tmp_path / "halved")
    token = CancelToken()
    for event in train_generator(halved, token):
        if isinstance(event, TrainingStep) and event.step == 5:
            token.stop()
    events = run(halved)
    assert any(isinstance(e, Notice) and "step 5" in e.text for e in events)
    whole, resumed = (load_file(p.out / "state.safetensors") for p in (plan, halved))
    assert whole.keys() == resumed.keys()
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor, rtol=0, atol=0)
    timeless = [[{k: r[k] for k in r if k != "elapsed"} for r in losses(p)] for p in (plan, halved)]
    assert timeless[0] == timeless[1]


@pytest.mark.parametrize("checkpoint_seconds", [0.0, 120.0], ids=["saving", "logging"])
def test_a_folder_that_vanishes_ends_the_training_in_one_line(plan, checkpoint_seconds):
    def delete_at_first_step(events):
        for event in events:
            if isinstance(event, TrainingStep):
                shutil.rmtree(plan.out)

    saving = replace(plan, checkpoint_seconds=checkpoint_seconds, log_every=3)
    with pytest.raises(SettingsError, match="cannot be written any more") as told:
        delete_at_first_step(train_generator(saving, CancelToken()))
    assert "at step " in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_stopping_keeps_what_was_trained(plan):
    token = CancelToken()
    job = train_generator(plan, token)
    for event in job:
        if isinstance(event, TrainingStep) and event.step == 4:
            token.stop()
    assert read_weights_info(plan.out).metadata["step"] == 4


def test_cancelling_a_new_run_leaves_neither_weights_nor_state(plan):
    token = CancelToken()
    for event in train_generator(replace(plan, checkpoint_seconds=0), token):
        if isinstance(event, TrainingStep) and event.step == 4:
            token.cancel()
    assert not list(plan.out.glob("*.safetensors*"))
    assert not (plan.out / "loss.csv").exists()


def test_cancelling_a_resumed_run_puts_it_back_as_it_was_found(plan):
    run(replace(plan, max_steps=3))
    before = {p.name: p.read_bytes() for p in plan.out.glob("*.*")}
    token = CancelToken()
    for event in train_generator(replace(plan, checkpoint_seconds=0), token):
        if isinstance(event, TrainingStep) and event.step == 8:
            token.cancel()
    assert {p.name: p.read_bytes() for p in plan.out.glob("*.*")} == before


def test_closing_the_job_saves_what_was_trained(plan):
    job = train_generator(plan, CancelToken())
    next(event for event in job if isinstance(event, TrainingStep) and event.step == 6)
    job.close()
    assert read_weights_info(plan.out).metadata["step"] == 6


def test_loss_rows_that_died_with_the_process_are_written_once(plan):
    run(replace(plan, max_steps=4))
    with (plan.out / "loss.csv").open("a") as stream:
        stream.write("5,20,1.0,0.1,1,1,1\n6,24,1.")
    run(plan)
    assert [int(row["step"]) for row in losses(plan)] == list(range(1, 13))


def test_a_run_of_other_settings_is_refused(plan, tiny):
    run(replace(plan, max_steps=1))
    other = replace(tiny, training=replace(tiny.training, learning_rate=0.5))
    with pytest.raises(WeightsError, match="other settings"):
        run(replace(plan, settings=other))


def test_a_run_whose_image_leads_can_begin_with_weights_that_knew_one_level(plan, tiny, tmp_path):
    together = replace(tiny, diffusion=replace(tiny.diffusion, lead=0.0))
    run(replace(plan, settings=together))
    knew_one = read_weights_info(plan.out)
    leads = replace(plan, out=tmp_path / "leads", start_from=knew_one, max_steps=0)
    run(leads)
    before, after = load_generator(knew_one), load_generator(read_weights_info(leads.out))
    x, steps = torch.randn(1, 2, 256, 256), torch.tensor([[3, 3]])
    torch.testing.assert_close(before.network(x, steps), after.network(x, steps))


def test_a_run_with_a_guide_can_begin_with_weights_that_had_none(plan, tiny, tmp_path):
    run(replace(plan, settings=replace(tiny, guide=None)))
    alone = read_weights_info(plan.out)
    guided = replace(plan, out=tmp_path / "guided", start_from=alone, max_steps=0)
    run(guided)
    before, after = load_file(alone.path), load_file(read_weights_info(guided.out).path)
    networks = [name for name in before if name.startswith("network.")]
    assert all(torch.equal(before[name], after[name]) for name in networks)
    assert any(name.startswith("guide.") for name in after)


def test_weights_whose_image_leads_do_not_begin_a_run_of_one_level(plan, tiny, tmp_path):
    run(plan)
    together = replace(tiny, diffusion=replace(tiny.diffusion, lead=0.0))
    start_from = read_weights_info(plan.out)
    other = replace(plan, settings=together, out=tmp_path / "together", start_from=start_from)
    with pytest.raises(WeightsError, match="other settings"):
        run(other)


def test_a_run_on_other_radiographs_is_refused(plan):
    run(replace(plan, max_steps=1))
    with pytest.raises(WeightsError, match="other radiographs"):
        run(replace(plan, data=replace(plan.data, fingerprint="others")))


def test_a_damaged_state_is_refused_in_one_line(plan):
    run(replace(plan, max_steps=1))
    state = plan.out / "state.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(WeightsError, match="damaged") as caught:
        run(plan)
    assert "\n" not in str(caught.value)


def test_time_runs_out_over_resumptions_too(plan):
    run(replace(plan, max_steps=2))
    run(replace(plan, max_steps=None, max_seconds=1e-6))
    assert read_weights_info(plan.out).metadata["step"] == 2


def test_previews_are_pairs_from_the_average_and_leave_the_weights_alone(plan, tmp_path):
    events = run(replace(plan, preview_seconds=0, max_steps=3))
    previews = [e for e in events if isinstance(e, PreviewReady)]
    assert len(previews) == 3
    assert previews[0].pairs.shape == (4, 2, 256, 256)
    assert not previews[0].pairs.flags.writeable
    assert len(list((plan.out / "previews").glob("*.png"))) == 3
    without = replace(plan, out=tmp_path / "without", max_steps=3)
    run(without)
    kept, expected = (load_file(p.out / "state.safetensors") for p in (plan, without))
    for name in expected:
        torch.testing.assert_close(kept[name], expected[name], rtol=0, atol=0)


def test_the_loss_falls(plan):
    run(replace(plan, max_steps=60))
    total = [float(row["total"]) for row in losses(plan)]
    assert np.mean(total[-10:]) < 0.7 * np.mean(total[:10])


def test_the_learning_rate_warms_up_and_then_falls_with_the_root_of_the_step(tiny):
    settings = replace(
        tiny, training=replace(tiny.training, warm_up_steps=10, decay_after_steps=100)
    )
    peak = settings.training.learning_rate
    rates = [learning_rate(settings, step) for step in (0, 9, 99, 399)]
    np.testing.assert_allclose(rates, [peak / 10, peak, peak, peak / 2])


def cooling(plan):
    changes = {"cool_down": 0.5, "warm_up_steps": 0, "decay_after_steps": 0}
    return replace(plan, settings=with_training(plan.settings, **changes), log_every=1)


def test_where_the_end_is_known_the_learning_rate_at_last_falls_to_nothing(plan):
    run(replace(cooling(plan), max_steps=8))
    rates = [float(row["learning_rate"]) for row in losses(plan)]
    shares = [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]
    np.testing.assert_allclose(
        rates, np.multiply(plan.settings.training.learning_rate, shares), 1e-4
    )


def test_time_that_runs_out_cools_down_too(plan, monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr("engine.generate.run.clock", lambda _token: float(next(seconds)))
    run(replace(cooling(plan), max_steps=None, max_seconds=40.0))
    rates = np.array([float(row["learning_rate"]) for row in losses(plan)])
    assert len(rates) >= 8
    peak = plan.settings.training.learning_rate
    assert rates[0] == pytest.approx(peak)
    assert (np.diff(rates) <= 0).all()
    assert 0 < rates[-1] < 0.2 * peak


@pytest.mark.parametrize("content", [b"", b"not a safetensors file", b"\x80\x04pickle"])
def test_a_file_that_is_not_weights_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        read_weights_info(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_training_says_nothing_but_its_events(plan, capfd):
    run(replace(plan, max_steps=1, precision="bf16-mixed"))
    assert capfd.readouterr() == ("", "")
