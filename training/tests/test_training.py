"""Checks that need no data pack: padding, export round trip, counting, schedule, distillation's geometry."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from innerview_training.keras_model import ExportedModel, build_model  # noqa: E402
from innerview_training.network import GraphNetwork, count_multiply_adds, count_parameters  # noqa: E402
from innerview_training.photo_augmentation import augment, random_view  # noqa: E402
from innerview_training.recipes import RECIPES  # noqa: E402
from innerview_training.schedule import Clock, Progress, image_size, learning_rate  # noqa: E402


def settled_network(recipe):
    """A network whose batch norm statistics are not the trivial 0 and 1."""
    torch.manual_seed(3)
    network = GraphNetwork(recipe.layers())
    for _ in range(3):
        network(torch.randn(4, recipe.layers()[0].channels, recipe.size, recipe.size))
    return network.eval()


class Export(unittest.TestCase):
    def test_exported_files_compute_what_the_trainer_computes(self):
        for recipe in RECIPES.values():
            network = settled_network(recipe)
            model, weights = build_model(recipe.id, recipe.layers(), network.state_dict(), recipe.size)
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "model.json").write_text(json.dumps(model))
                (Path(folder) / "weights.bin").write_bytes(weights)
                exported = ExportedModel(Path(folder))
            image = torch.randn(2, recipe.layers()[0].channels, recipe.size, recipe.size)
            with torch.no_grad():
                difference = (exported.run(image)["logits"] - network(image)).abs().max()
            # Only float16 rounding of the weights may be left.
            self.assertLess(float(difference), 0.02)
            self.assertEqual(len(weights), 2 * count_parameters(network))

    def test_budgets(self):
        everyday = RECIPES["everyday"].layers()
        self.assertLess(count_multiply_adds(everyday, 64), 150_000_000)
        self.assertLess(2 * count_parameters(GraphNetwork(everyday)), 4_000_000)
        names = [layer.name for layer in everyday]
        self.assertEqual(len(names), len(set(names)))

    def test_multiply_adds_of_one_convolution(self):
        digits = RECIPES["digits"].layers()
        by_hand = 9 * (32 * 32 * 16 + 16 * 16 * (16 * 32 + 32 * 32) + 8 * 8 * (32 * 64 + 64 * 64)) + 64 * 10
        self.assertEqual(count_multiply_adds(digits, 32), by_hand)


class Schedule(unittest.TestCase):
    def test_resumed_run_spreads_the_rest_over_the_rest(self):
        progress = Progress(fraction=0.5, images=300)
        clock = Clock(progress, 400, None)
        clock.advance(100)
        self.assertAlmostEqual(progress.fraction, 1.0)

    def test_learning_rate_rises_and_ends_at_zero(self):
        self.assertLess(learning_rate(0, 0.2), 0.01)
        self.assertAlmostEqual(learning_rate(0.05, 0.2), 0.2)
        self.assertAlmostEqual(learning_rate(1, 0.2), 0)
        self.assertEqual([image_size(f, ((0, 40), (0.5, 64))) for f in (0, 0.49, 0.5, 1)], [40, 40, 64, 64])


class Augmentation(unittest.TestCase):
    def test_calm_view_is_the_picture_itself_or_its_mirror(self):
        torch.manual_seed(0)
        images = torch.randint(0, 256, (8, 3, 64, 64), dtype=torch.uint8)
        view = random_view(8, 0.0)
        seen = augment(images, view, 64, 0.0)
        plain = (images.float() - 127.5) / 127.5
        expected = torch.where(view.flip[:, None, None, None] > 0, plain, plain.flip(3))
        self.assertLess(float((seen - expected).abs().max()), 1e-3)


if __name__ == "__main__":
    unittest.main()
