"""One kernel case: an operation with its value, its gradients and its relevance, computed by PyTorch's autograd in float64."""
import torch
from torch.nn import functional as F

EPSILON = 0.05
generator = torch.Generator().manual_seed(20)


def rand(*shape, low=-1.0, high=1.0):
    """Random numbers with three decimals: short in the file, exact in it."""
    values = torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return (values * 1000).round() / 1000


def nchw(t):
    return t.permute(0, 3, 1, 2) if t.ndim == 4 else t


def nhwc(t):
    return t.permute(0, 2, 3, 1) if t.ndim == 4 else t


def pack(t):
    return {"shape": list(t.shape), "values": [float(f"{v:.7g}") for v in t.detach().contiguous().reshape(-1).tolist()]}


def pads(top=0, bottom=0, left=0, right=0):
    return {"top": top, "bottom": bottom, "left": left, "right": right}


def pad_nchw(x, p, value=0.0):
    return F.pad(x, (p["left"], p["right"], p["top"], p["bottom"]), value=value)


cases = []


def add_case(name, operation, inputs, compute, weights=None, linear=None):
    """`compute(*inputs)` in our own layout; `linear(x, weights, bias)` repeats it with other weights, for relevance."""
    weights = weights or {}
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    output = compute(*inputs)
    upstream = rand(*output.shape)
    gradients = torch.autograd.grad((output * upstream).sum(), inputs, allow_unused=True)
    case = {
        "name": name, "operation": operation, "inputs": [pack(x) for x in inputs],
        "weights": {role: pack(w) for role, w in weights.items()}, "output": pack(output), "upstream": pack(upstream),
        "gradients": [pack(g) for g in gradients],
    }
    if linear is not None:
        case["relevanceEpsilon"] = {"epsilon": EPSILON, **pack(relevance_epsilon(linear, inputs[0], weights, upstream))}
        if "kernel" in weights:
            case["relevanceAlpha1Beta0"] = pack(relevance_alpha(linear, inputs[0], weights, upstream))
    cases.append(case)


def relevance_epsilon(linear, x, weights, relevance):
    x = x.detach().clone().requires_grad_(True)
    z = linear(x, weights.get("kernel"), weights.get("bias"))
    sign = torch.where(z >= 0, 1.0, -1.0)
    share = (relevance / (z + EPSILON * sign)).detach()
    (slope,) = torch.autograd.grad((z * share).sum(), [x])
    return x * slope


def relevance_alpha(linear, x, weights, relevance):
    kernel, bias = weights["kernel"], weights.get("bias")
    result = 0
    parts = [(x.detach().clamp(min=0), kernel.clamp(min=0)), (x.detach().clamp(max=0), kernel.clamp(max=0))]
    z = sum(linear(a, w, None) for a, w in parts)
    if bias is not None:
        z = z + bias.clamp(min=0)
    share = torch.where(z == 0, torch.zeros_like(z), relevance / z)
    for a, w in parts:
        a = a.clone().requires_grad_(True)
        (slope,) = torch.autograd.grad((linear(a, w, None) * share.detach()).sum(), [a])
        result = result + a * slope
    return result
