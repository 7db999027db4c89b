"""Draw pairs from a generator of any family."""

from collections.abc import Iterator, Sequence

from engine.events import CancelToken, PairSampled, SamplingStep
from engine.generate.generator import Draw, PairGenerator
from engine.pair import Pair


def sample_pairs(
    generator: PairGenerator,
    seed: int,
    indices: Sequence[int],
    sampler: str,
    steps: int,
    token: CancelToken,
    precision: str = "float32",
) -> Iterator[SamplingStep | PairSampled]:
    """Draw the pairs `indices` of `seed` in one batch, on the generator's device.

    Pair i depends on the weights, seed, i, sampler and steps alone, not on the batch it is drawn
    in (in float32 to less than 1e-3 of the range; convolutions round differently by batch size).

    Args:
        sampler, steps: as `engine.generate.sampling_choice` checks them.
        token: checked before every network call; paused, it rests there, and once stopped, nothing
            more is yielded.

    Yields:
        a `SamplingStep` per network call, then a `PairSampled` per pair.
    """
    generator.eval()
    pairs = yield from generator.draw(Draw(seed, indices, sampler, steps, precision), token)
    if pairs is None:
        return
    for index, channels in zip(indices, pairs.float().cpu().numpy(), strict=True):
        yield PairSampled(index, Pair.from_channels(channels))
