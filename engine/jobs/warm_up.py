"""Import and touch ahead of time what the first generated pair needs, while nobody waits yet."""

from engine.errors import OssaError
from engine.events import CancelToken


def warm_up(token: CancelToken) -> None:
    """Import torch and the gate, and call the built-in generator's network once.

    Ends between parts once the token is stopped. A generator that is missing or damaged is passed
    over: who asks it for pairs is told.
    """
    for part in (_import_sampling, _call_network, _judge_mean_hand):
        if token.stopped:
            return
        try:
            part()
        except OssaError:
            return


def _import_sampling() -> None:
    import engine.generate.sampling
    import engine.jobs.generate
    import engine.review.project  # noqa: F401


def _call_network() -> None:
    from engine.generate.builtin import builtin_weights
    from engine.generate.sampling import sample_pairs
    from engine.generate.weights import load_generator, read_weights_info
    from engine.jobs.device import choose_device

    generator = load_generator(read_weights_info(builtin_weights()))
    generator.to(choose_device("auto", "auto", training=False).name)
    usual = generator.settings.sampling
    next(sample_pairs(generator, 0, [0], usual.sampler, usual.steps, CancelToken()))


def _judge_mean_hand() -> None:
    from engine.anatomy import load_anatomy
    from engine.assess.gate import assess
    from engine.assess.prior import Prior
    from engine.generate.builtin import builtin_weights
    from engine.generate.weights import read_prior_arrays
    from engine.heatmap import draw_heatmap
    from engine.jobs.generate import GenerateRequest
    from engine.pair import Pair

    prior = Prior.from_arrays(read_prior_arrays(builtin_weights()))
    heatmap = draw_heatmap(prior.mean_positions)
    assess(Pair(heatmap, heatmap), prior, load_anatomy(prior.anatomy), GenerateRequest.policy)
