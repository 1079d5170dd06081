#!/usr/bin/env bash
# Trains and exports one network: train.sh everyday|digits [--epochs N | --minutes M] [--teacher] ...
# Makes its own Python environment; GPUS=n runs n ranks under torchrun (on the CPU too: RANKS=2).
set -euo pipefail
cd "$(dirname "$0")"

if [[ ! -x .venv/bin/python ]] || ! .venv/bin/python -c 'import torch, numpy, PIL' 2>/dev/null; then
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet torch==2.13.0 numpy pillow
fi

# Others may share the cores: a waiting thread should sleep, not spin.
export OMP_WAIT_POLICY=passive

if [[ " $* " == *" --teacher "* && ! -f .work/everyday-objects-teacher-maps.npy ]]; then
  .venv/bin/python -m innerview_training.teacher
fi

ranks="${GPUS:-${RANKS:-1}}"
if (( ranks > 1 )); then
  # One thread a rank when there is no GPU: two ranks that meet once a step stand a busy machine far
  # better than two threads that meet in every operation.
  [[ -n "${GPUS:-}" ]] || export OMP_NUM_THREADS=1
  exec .venv/bin/python -m torch.distributed.run --standalone --nproc_per_node "$ranks" -m innerview_training.train "$@"
fi
exec .venv/bin/python -m innerview_training.train "$@"
