"""The adversarial generator for few radiographs: a generator and the discriminator it learns from.

Both learn in one step from one backward pass: the generator's loss sees the discriminator with its
weights held fixed, and the discriminator's sees generated pairs as data, so no gradient crosses
over. Adam keeps moments for each weight apart, so one optimiser does what two would.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F

from engine.data.augmentation import draw_augmentation
from engine.events import CancelToken
from engine.generate.batches import Batch
from engine.generate.differentiable_augmentation import vary
from engine.generate.gan_networks import Discriminator, LatentNetwork
from engine.generate.generator import Draw, Drawn, PairGenerator
from engine.generate.latent_sampling import draw_in_one_call
from engine.generate.settings import GeneratorSettings


class Adversaries(PairGenerator):
    """A generator that learns to draw what a discriminator takes for real, and that discriminator.

    The losses are the non-saturating logistic ones (Goodfellow et al. 2014); spectral norms bound
    the discriminator (Miyato et al. 2018).
    """

    loss_names = ("total", "generator", "discriminator", "reconstruction")
    channel_weights: Tensor

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        if settings.gan is None:
            raise ValueError("an adversarial generator needs settings.gan")
        self.settings, self.gan = settings, settings.gan
        self.network = LatentNetwork(self.gan)
        self.discriminator = Discriminator(self.gan)
        weights = torch.tensor([1.0, settings.training.heatmap_weight])
        self.register_buffer("channel_weights", weights, persistent=False)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What both have to learn from a batch, summed.

        Says the sum, the generator's loss, the discriminator's, and its error in giving real pairs
        back.
        """
        pairs, count = batch.pairs, len(batch.pairs)
        chance = torch.Generator(pairs.device).manual_seed(batch.seed)
        latents = torch.randn(count, self.gan.latent, generator=chance, device=pairs.device)
        drawn = torch.cat([pairs, self.network(latents).float()])
        variation = draw_augmentation(
            np.random.default_rng(batch.seed), self.gan.augmentation, len(drawn)
        )
        seen = vary(drawn, variation)
        logits, features = self.discriminator(seen.detach())
        judged = F.softplus(-logits[:count]).mean() + F.softplus(logits[count:]).mean()
        remembered = self.discriminator.give_back(features[:count])
        errors = ((remembered.float() - seen[:count]) ** 2).mean(dim=(0, 2, 3))
        reconstruction = (self.channel_weights * errors).mean()
        fooled = F.softplus(-self._held_fixed()(seen[count:])).mean()
        loss = fooled + judged + self.gan.reconstruction_weight * reconstruction
        return loss, torch.stack([loss, fooled, judged, reconstruction]).detach()

    def draw(self, asked: Draw, token: CancelToken) -> Drawn:
        """Call the generator once on latent vectors of the standard normal distribution."""
        return draw_in_one_call(self.network, self.gan.latent, self.device, asked, token)

    def _held_fixed(self) -> Callable[[Tensor], Tensor]:
        """The discriminator's logits as a function that its weights learn nothing from."""
        fixed = {name: p.detach() for name, p in self.discriminator.named_parameters()}
        return lambda seen: functional_call(self.discriminator, fixed, (seen,))[0]
