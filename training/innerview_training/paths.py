"""Where things are. Packs and teacher weights are read-only; everything made on the way lies in .work."""
from pathlib import Path

TRAINING = Path(__file__).resolve().parent.parent
PROJECT = TRAINING.parent
SHARED = PROJECT.parent / "shared"
DATA = SHARED / "data"
TEACHER = SHARED / "models" / "mobilenet_v2_1.0_224"
WORK = TRAINING / ".work"
PUBLIC_MODELS = PROJECT / "public" / "models"
FIXTURES = PROJECT / "test" / "fixtures" / "networks"
