"""Schedules and samplers agree with those of diffusers to 1e-5."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")

from engine.generate.samplers import Sampler  # noqa: E402
from engine.generate.schedule import (  # noqa: E402
    Schedule,
    linear_schedule,
    make_pair_schedule,
    make_schedule,
)
from engine.generate.settings import FAST, PAPER  # noqa: E402

SHAPE = (2, 2, 8, 8)
PREDICTION_TYPES = ("epsilon", "v_prediction", "sample")


def truth(x: torch.Tensor, step: int) -> torch.Tensor:
    """Stands in for a network: any smooth function of the noisy pair and the step."""
    return torch.tanh(x * (0.3 + step / 2000)) * 0.8


def estimate(kind: str, output: torch.Tensor, x: torch.Tensor, level) -> torch.Tensor:
    alpha, sigma = level
    if kind == "epsilon":
        return (x - sigma * output) / alpha
    return alpha * x - sigma * output if kind == "v_prediction" else output


def run_ours(
    name: str,
    schedule: Schedule,
    steps: int,
    kind: str,
    clip: bool,
    noise_type: torch.dtype = torch.float64,
) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    sampler = Sampler(name)
    path = schedule.sampling_steps(steps)
    for step, following in zip(path, [*path[1:], -1], strict=True):
        clean = estimate(kind, truth(x, step), x, schedule.at(step))
        clean = clean.clamp(-1, 1) if clip else clean
        noise = None
        if sampler.adds_noise and following >= 0:
            noise = torch.randn(SHAPE, generator=generator, dtype=noise_type).double()
        x = sampler.step(x, clean, schedule.at(step), schedule.at(following), noise)
    return x


def run_theirs(scheduler, steps: int, **step_arguments) -> torch.Tensor:
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    for step in scheduler.timesteps:
        arguments = {k: generator if v == "generator" else v for k, v in step_arguments.items()}
        x = scheduler.step(truth(x, int(step)), step, x, **arguments).prev_sample
    return x


def betas_of(schedule: Schedule) -> list[float]:
    remaining = schedule.alpha**2
    return (1 - remaining / np.concatenate([[1.0], remaining[:-1]])).tolist()


def without_terminal_zero(schedule: Schedule) -> Schedule:
    """diffusers cannot start its DPM-Solver++ from exactly no signal; nor is that compared."""
    alpha = schedule.alpha.copy()
    alpha[-1] = 2.0**-12
    return Schedule(alpha, np.sqrt(1 - alpha**2))


SCHEDULES = {
    "paper": linear_schedule(800, 1e-4, 0.02),
    "fast": without_terminal_zero(make_schedule(FAST.diffusion)),
}


def common(name: str, kind: str) -> dict:
    return {
        "num_train_timesteps": len(SCHEDULES[name]),
        "trained_betas": np.array(betas_of(SCHEDULES[name]), dtype=np.float64),
        "prediction_type": kind,
        "timestep_spacing": "trailing",
    }


def test_the_papers_schedule_is_that_of_diffusers():
    theirs = diffusers.DDPMScheduler(num_train_timesteps=800, beta_start=1e-4, beta_end=0.02)
    ours = make_schedule(PAPER.diffusion)
    np.testing.assert_allclose(ours.alpha**2, theirs.alphas_cumprod.numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", PREDICTION_TYPES)
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [10, 40])
def test_ddim_agrees_with_diffusers(name, kind, steps):
    scheduler = diffusers.DDIMScheduler(
        **common(name, kind), clip_sample=True, set_alpha_to_one=True
    )
    theirs = run_theirs(scheduler, steps, use_clipped_model_output=True)
    ours = run_ours("ddim", SCHEDULES[name], steps, kind, clip=True)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", PREDICTION_TYPES)
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [10, 200])
def test_ancestral_sampling_agrees_with_diffusers(name, kind, steps):
    scheduler = diffusers.DDPMScheduler(
        **common(name, kind), clip_sample=True, variance_type="fixed_small"
    )
    theirs = run_theirs(scheduler, steps, generator="generator")
    ours = run_ours("ancestral", SCHEDULES[name], steps, kind, clip=True)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", PREDICTION_TYPES)
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [8, 20])
def test_dpm_solver_agrees_with_diffusers(name, kind, steps):
    scheduler = diffusers.DPMSolverMultistepScheduler(
        **common(name, kind), algorithm_type="dpmsolver++", solver_order=2, final_sigmas_type="zero"
    )
    theirs = run_theirs(scheduler, steps)
    ours = run_ours("dpm-solver++", SCHEDULES[name], steps, kind, clip=False)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", PREDICTION_TYPES)
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [8, 36])
def test_the_stochastic_dpm_solver_agrees_with_diffusers(name, kind, steps):
    scheduler = diffusers.DPMSolverMultistepScheduler(
        **common(name, kind),
        algorithm_type="sde-dpmsolver++",
        solver_order=2,
        final_sigmas_type="zero",
    )
    theirs = run_theirs(scheduler, steps, generator="generator")
    # Theirs draws the noise of its stochastic solver in single precision, whatever the pair's.
    ours = run_ours("sde-dpm-solver++", SCHEDULES[name], steps, kind, False, torch.float32)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("sampler", ["ancestral", "ddim", "dpm-solver++", "sde-dpm-solver++"])
def test_a_perfect_estimate_is_reached_from_pure_noise(sampler):
    schedule = make_schedule(FAST.diffusion)
    clean = torch.full(SHAPE, 0.25, dtype=torch.float64)
    noise = torch.Generator().manual_seed(0)
    rule = Sampler(sampler)
    x = torch.randn(SHAPE, generator=noise, dtype=torch.float64)
    path = schedule.sampling_steps(12)
    for step, following in zip(path, [*path[1:], -1], strict=True):
        fresh = torch.randn(SHAPE, generator=noise, dtype=torch.float64)
        x = rule.step(x, clean, schedule.at(step), schedule.at(following), fresh)
    torch.testing.assert_close(x, clean)


@pytest.mark.parametrize("preset", [FAST, PAPER])
@pytest.mark.parametrize("count", [1, 7, 20, 800])
def test_sampling_starts_at_the_noisiest_step_and_descends(preset, count):
    schedule = make_pair_schedule(preset.diffusion)
    path = schedule.sampling_steps(count)
    assert len(path) == count
    assert path[0] == len(schedule) - 1
    assert all(later < earlier for earlier, later in pairwise(path))


def test_the_image_leads_and_the_heatmap_follows_through_the_same_schedule():
    schedule = make_pair_schedule(replace(FAST.diffusion, lead=0.3))
    assert len(schedule) == 1300
    assert schedule.at(1299) == (schedule.schedule.at(999), schedule.schedule.at(999))
    assert schedule.at(999) == (schedule.schedule.at(699), schedule.schedule.at(999))
    assert schedule.at(299) == ((1.0, 0.0), schedule.schedule.at(299))
    assert schedule.at(-1) == ((1.0, 0.0), (1.0, 0.0))


def test_without_a_lead_both_channels_share_every_level():
    schedule = make_pair_schedule(PAPER.diffusion)
    assert len(schedule) == 800
    assert all(schedule.at(step)[0] == schedule.at(step)[1] for step in range(-1, 800))


@pytest.mark.parametrize("sampler", ["ancestral", "ddim", "dpm-solver++", "sde-dpm-solver++"])
def test_a_channel_whose_turn_has_not_come_or_is_over_stays_as_it_is(sampler):
    rule, x = Sampler(sampler), torch.ones(SHAPE)
    for level in [(0.0, 1.0), (1.0, 0.0)]:
        torch.testing.assert_close(rule.step(x, torch.zeros(SHAPE), level, level, x), x)
