"""Several ranks on a busy machine: each trains by itself for some seconds, then all take the mean.

DDP makes ranks meet in every step, so the slowest core sets the pace of all. Local SGD lets each rank
make as many steps as it can between two meetings; the mean is weighted by those steps. Momentum and
batch norm's statistics are averaged too, so that a meeting does not disturb them.

See Stich 2019, "Local SGD converges fast and communicates little", arXiv:1805.09767. Different here:
the ranks meet by the clock, not after a fixed number of steps.
"""
import time

import torch
import torch.distributed as distributed
from torch import nn


class WeightAveraging:
    def __init__(self, network: nn.Module, optimizer: torch.optim.Optimizer, seconds: float):
        self.network, self.optimizer, self.seconds = network, optimizer, seconds
        self.deadline = time.monotonic() + seconds
        self.steps = self.images = 0

    def count(self, images: int) -> None:
        self.steps += 1
        self.images += images

    def is_due(self) -> bool:
        return time.monotonic() >= self.deadline

    def _tensors(self) -> list[torch.Tensor]:
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        buffers = [b for b in self.network.buffers() if b.dtype.is_floating_point]
        momenta = []
        for p in parameters:
            state = self.optimizer.state[p]
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = torch.zeros_like(p)
            momenta.append(state["momentum_buffer"])
        return parameters + buffers + momenta

    @torch.no_grad()
    def meet(self, fraction: float, stop: bool) -> tuple[int, int, float, bool]:
        """Returns steps and images of all ranks since the last meeting, and rank 0's progress and wish to stop."""
        first = distributed.get_rank() == 0
        numbers = [self.steps, self.images, fraction * first, float(stop) * first, (time.monotonic() + self.seconds) * first]
        shared = torch.tensor(numbers, dtype=torch.float64)
        distributed.all_reduce(shared)
        tensors = self._tensors()
        # reshape() on a channels-last tensor copies; what counts is that every rank uses the same order.
        flat = torch.cat([t.detach().reshape(-1) for t in tensors]) * (self.steps / float(shared[0]))
        distributed.all_reduce(flat)
        offset = 0
        for t in tensors:
            t.copy_(flat[offset : offset + t.numel()].reshape(t.shape))
            offset += t.numel()
        self.steps = self.images = 0
        self.deadline = float(shared[4])
        return int(shared[0]), int(shared[1]), float(shared[2]), bool(shared[3])
