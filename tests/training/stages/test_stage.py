"""What the loop asks of a stage."""

import torch

from training.stages.stage import Networks


def test_the_networks_have_a_latent_for_every_instrument(networks: Networks, config) -> None:
    latents = networks.latents(torch.tensor([0, 1]))
    assert latents.shape == (2, config.generator.latent_size)
    torch.testing.assert_close(latents.square().mean(dim=1), torch.ones(2))
