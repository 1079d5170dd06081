"""Trains one network: `python -m innerview_training.train everyday --minutes 110`.

Resumes by itself from training/.work/<id>/checkpoint.pt. Runs on the CPU, on a GPU, or under torchrun.
"""
import argparse
import logging
import os
import signal
import time

import numpy as np
import torch
import torch.distributed as distributed
from torch import nn
from torch.nn import functional

from . import tasks
from .checkpoint import MovingAverage, load_checkpoint, save_checkpoint
from .network import GraphNetwork, count_multiply_adds, count_parameters
from .packs import load_split
from .paths import WORK
from .recipes import RECIPES, Recipe
from .schedule import Clock, Progress, augmentation_strength, image_size, learning_rate
from .weight_averaging import WeightAveraging

log = logging.getLogger("training")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(RECIPES))
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--epochs", type=float, help="length counted in passes over the data (deterministic)")
    budget.add_argument("--minutes", type=float, help="length counted in training minutes, pauses and earlier runs included once")
    parser.add_argument("--fresh", action="store_true", help="ignore an existing checkpoint")
    parser.add_argument("--teacher", action="store_true", help="learn from the stored teacher maps too (make them first)")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--checkpoint-minutes", type=float, default=4.0)
    parser.add_argument("--meet-seconds", type=float, default=0.0,
                        help="several ranks on a busy machine: average weights this often instead of gradients each step")
    parser.add_argument("--no-export", action="store_true")
    return parser.parse_args()


def start_distributed() -> tuple[int, int, torch.device]:
    world = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if world > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return rank, world, device


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    # Decay shrinks kernels only: on batch norm and biases it just costs accuracy.
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=0.0, momentum=recipe.momentum, nesterov=True)


def soft_loss(logits: torch.Tensor, soft_logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Hinton et al. 2015, with the temperature squared so that gradients keep their size."""
    target = functional.softmax(soft_logits / temperature, 1)
    return functional.cross_entropy(logits / temperature, target) * temperature**2


class Run:
    """Everything that one training run holds."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self.recipe = RECIPES[arguments.network]
        self.seed = arguments.seed if arguments.seed is not None else self.recipe.seed
        self.rank, self.world, self.device = start_distributed()
        torch.manual_seed(self.seed)
        self.images, self.labels = load_split(self.recipe.pack, "train")
        self.val_images, self.val_labels = load_split(self.recipe.pack, "val")
        self.maps = None
        if arguments.teacher:
            self.maps = np.load(WORK / f"{self.recipe.pack}-teacher-maps.npy", mmap_mode="r")
        self.network = GraphNetwork(self.recipe.layers()).to(self.device, memory_format=torch.channels_last)
        if self.rank:
            # Same first weights on every rank, but other random crops.
            torch.manual_seed(self.seed + 1000 * self.rank)
        self.average = MovingAverage(self.network, self.recipe.ema_decay)
        self.optimizer = make_optimizer(self.network, self.recipe)
        self.path = WORK / self.recipe.id / "checkpoint.pt"
        self.progress, self.history, self.taught_from = Progress(), [], None
        stored = None if arguments.fresh else load_checkpoint(self.path)
        if stored:
            self.network.load_state_dict(stored["network"])
            self.optimizer.load_state_dict(stored["optimizer"])
            self.average.state = {k: v.to(self.device) for k, v in stored["average"].items()}
            self.progress, self.history = Progress(**stored["progress"]), stored["history"]
            self.taught_from = stored.get("taught_from")
            if self.rank == 0:
                torch.set_rng_state(stored["random"])
            else:
                torch.manual_seed(self.seed + 1000 * self.rank + self.progress.step)
        if self.maps is not None and self.taught_from is None:
            self.taught_from = self.progress.fraction
        epochs = arguments.epochs or (None if arguments.minutes else self.recipe.default_epochs)
        self.clock = Clock(
            self.progress,
            round(epochs * len(self.labels)) if epochs else None,
            arguments.minutes * 60 if arguments.minutes else None,
        )
        self.model, self.averaging = self.network, None
        if self.world > 1 and arguments.meet_seconds:
            self.averaging = WeightAveraging(self.network, self.optimizer, arguments.meet_seconds)
        elif self.world > 1:
            self.model = nn.parallel.DistributedDataParallel(self.network)
        self.asked_to_stop = self.stop = False

    def save(self) -> None:
        if self.rank == 0:
            save_checkpoint(
                self.path,
                {
                    "network": self.network.state_dict(),
                    "optimizer": self.optimizer.state_dict(),
                    "average": self.average.state,
                    "progress": self.progress.as_dict(),
                    "history": self.history,
                    "random": torch.get_rng_state(),
                    "seed": self.seed,
                    "taught_from": self.taught_from,
                },
            )

    def validate(self, loss: float) -> None:
        judge = GraphNetwork(self.recipe.layers()).eval()
        judge.load_state_dict(self.average.state)
        judge = judge.to(self.device, memory_format=torch.channels_last)

        def forward(x):
            with torch.autocast(self.device.type, torch.bfloat16):
                return judge(x.to(self.device, memory_format=torch.channels_last)).cpu()

        top1, top5 = tasks.accuracy(forward, self.recipe, self.val_images, self.val_labels)
        p = self.progress
        self.history.append([p.fraction, p.images / len(self.labels), loss, top1, top5])
        log.info("== val top-1 %.2f %%  top-5 %.2f %%  after %.2f epochs, %.1f min", top1 * 100, top5 * 100,
                 p.images / len(self.labels), p.seconds / 60)

    def next_batch(self) -> np.ndarray:
        """This rank's indices; the order depends only on seed and epoch, so a resumed run continues it."""
        p, size, seed = self.progress, self.recipe.batch, [self.seed]
        if self.averaging:
            # Ranks that do not keep step draw their own pictures.
            size, seed = size // self.world, [self.seed, self.rank]
        if p.position + size > len(self.labels):
            p.epoch, p.position = p.epoch + 1, 0
        if getattr(self, "order_epoch", None) != p.epoch:
            self.order = np.random.default_rng([*seed, p.epoch]).permutation(len(self.labels))
            self.order_epoch = p.epoch
        chosen = self.order[p.position : p.position + size]
        p.position += size
        return np.sort(chosen if self.averaging else chosen[self.rank :: self.world])

    def train_step(self) -> torch.Tensor:
        p, recipe = self.progress, self.recipe
        size, strength = image_size(p.fraction, recipe.sizes), augmentation_strength(p.fraction)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(p.fraction, recipe.peak_learning_rate)
        chosen = self.next_batch()
        pictures = tasks.to_tensor(self.images[chosen]).to(self.device)
        target = torch.from_numpy(self.labels[chosen]).to(self.device)
        x, view = tasks.training_input(recipe, pictures, size, strength)
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.model(x)
        loss = functional.cross_entropy(logits, target, label_smoothing=recipe.label_smoothing)
        if self.maps is not None:
            maps = torch.from_numpy(self.maps[chosen]).to(self.device).float().permute(0, 3, 1, 2)
            # The teacher's opinion about the part of the picture that the student sees.
            seen = functional.grid_sample(maps, view.grid(4), padding_mode="border", align_corners=False).mean((2, 3))
            loss = (1 - recipe.soft_share) * loss + recipe.soft_share * soft_loss(logits, seen, recipe.temperature)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def after_step(self) -> None:
        if not self.averaging:
            self.clock.advance(self.recipe.batch)
            self.average.update(self.network, self.progress.step)
            self.agree()
            return
        p, count = self.progress, self.recipe.batch // self.world
        self.clock.advance(count)
        self.averaging.count(count)
        if self.averaging.is_due() or p.fraction >= 1:
            own_steps, own_images = self.averaging.steps, self.averaging.images
            steps, images, p.fraction, self.stop = self.averaging.meet(p.fraction, self.asked_to_stop)
            steps = max(1, round(steps / self.world))
            p.images += images - own_images
            p.step += steps - own_steps
            self.average.update(self.network, p.step, steps)

    def agree(self) -> None:
        """Ranks share rank 0's clock: learning rate, image size and the end must be the same for all."""
        # A signal may come at any moment; it takes effect here only, so that no rank waits for a lost one.
        self.stop = self.asked_to_stop
        if self.world > 1:
            shared = torch.tensor([self.progress.fraction, float(self.stop)], dtype=torch.float64, device=self.device)
            distributed.broadcast(shared, 0)
            self.progress.fraction, self.stop = float(shared[0]), bool(shared[1])

    def train(self) -> bool:
        """True when the schedule was finished, False when it was interrupted."""
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "asked_to_stop", True))
        signal.signal(signal.SIGINT, lambda *_: setattr(self, "asked_to_stop", True))
        total, count, last_save, last_log = 0.0, 0, time.monotonic(), time.monotonic()
        self.clock.start()
        while self.progress.fraction < 1 and not self.stop:
            total, count = total + self.train_step().item(), count + 1
            self.after_step()
            now = time.monotonic()
            if self.rank == 0 and now - last_log > 60:
                p = self.progress
                log.info("progress %.4f  epoch %.2f  step %d  %.1f min  loss %.4f  size %d  lr %.4f", p.fraction,
                         p.images / len(self.labels), p.step, p.seconds / 60, total / count,
                         image_size(p.fraction, self.recipe.sizes), learning_rate(p.fraction, self.recipe.peak_learning_rate))
                last_log = now
            if now - last_save > self.arguments.checkpoint_minutes * 60:
                if self.rank == 0:
                    self.validate(total / max(count, 1))
                    self.save()
                total, count, last_save = 0.0, 0, time.monotonic()
        if self.rank == 0:
            self.validate(total / max(count, 1))
            self.save()
        return self.progress.fraction >= 1


def main() -> None:
    arguments = parse_arguments()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    folder = WORK / arguments.network
    folder.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(), logging.FileHandler(folder / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    run = Run(arguments)
    if run.rank == 0:
        layers = run.network.layers
        log.info("%s: %d parameters, %d multiply-adds, seed %d, device %s x %d, from progress %.4f, teacher %s", run.recipe.id,
                 count_parameters(run.network), count_multiply_adds(layers, run.recipe.size), run.seed, run.device, run.world,
                 run.progress.fraction, run.maps is not None)
    finished = run.train()
    if finished and run.rank == 0 and not arguments.no_export:
        from .export import export

        export(run.recipe)
    if run.world > 1:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
