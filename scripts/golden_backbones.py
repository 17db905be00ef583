"""Known answers of torchvision's DenseNet-121 and timm's ResNet-18, ResNet-50, MobileViT-S and a small ViT.

Python 3.11, torch 2.5.1, torchvision 0.20.1, timm 1.0.11, numpy 2.1.3 (repeated in the output). From the repository root:

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.5.1 torchvision==0.20.1 timm==1.0.11 numpy==2.1.3
    /tmp/torch/bin/python scripts/golden_backbones.py packages/engine/fixtures/backbones

Everything in float64, on weights and images made by the formula of @spotbench/engine/testing (`u01`, `goldenParameter`,
`probe`). Pooled features and, with loss = probe("features", pooled features), norm and probe of every gradient, in evaluation
and in training mode; probe of every running statistic after the training pass. `float32_error` says how far PyTorch's own
float32 run was from the float64 one: largest difference over largest value, and for gradients over the norm, left out where
the gradient is zero but for rounding. In training mode, deep networks on few images flip ReLUs at the last digit: there the
errors are large in any implementation, and evaluation mode is what pins the formulas down.
"""

import json
import math
import pathlib
import sys

import numpy as np
import timm
import torch
import torchvision

CASES = {
    "densenet121": {"batch": 3, "image": 64},
    "resnet18": {"batch": 3, "image": 40},
    "resnet50": {"batch": 3, "image": 40},
    "mobilevit_s": {"batch": 3, "image": 72},
    "vit": {"batch": 2, "image": 64, "patch": 32, "width": 96, "depth": 2, "heads": 4},
}


def u01(name, shape):
    start = 0x811C9DC5
    for byte in name.encode():
        start = ((start ^ byte) * 0x01000193) & 0xFFFFFFFF
    count = math.prod(shape)
    x = np.uint32(start) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (x.astype(np.float64) / 2**32).reshape(shape)


def golden_parameter(key, shape):
    t = 2 * u01("param." + key, shape) - 1
    if key.endswith("running_var"):
        return 0.5 + (t + 1) / 2
    if key.endswith("running_mean"):
        return 0.1 * t
    if len(shape) == 1:
        return (1 if key.endswith("weight") else 0) + 0.1 * t
    return t * math.sqrt(3 / math.prod(shape[1:]))


def probe(key, values):
    return float((values.double().flatten() * torch.from_numpy(2 * u01("probe." + key, (values.numel(),)) - 1)).sum())


def build(name, case):
    if name == "densenet121":
        return torchvision.models.densenet121().features
    if name == "vit":
        sizes = dict(img_size=case["image"], patch_size=case["patch"], embed_dim=case["width"], depth=case["depth"])
        return timm.create_model(
            "vit_base_patch32_224", num_classes=0, global_pool="token", num_heads=case["heads"], **sizes
        )
    return timm.create_model(name, num_classes=0)


def features(name, model, images):
    out = model(images)
    return out.mean(dim=(2, 3)) if name == "densenet121" else out


def fill(model):
    state = model.state_dict()
    for key, value in state.items():
        if not key.endswith("num_batches_tracked"):
            filled = golden_parameter(key, tuple(value.shape)).astype(np.float32)
            value.copy_(torch.from_numpy(filled.reshape(value.shape)))
    model.load_state_dict(state)


def differentiate(name, model, images):
    model.zero_grad()
    out = features(name, model, images)
    weights = torch.from_numpy(2 * u01("probe.features", tuple(out.shape)) - 1).to(out.dtype)
    (out * weights).sum().backward()
    return out.detach().double(), {k: p.grad.double() for k, p in model.named_parameters()}


def run(name, case, dtype):
    model = build(name, case)
    fill(model)
    model = model.to(dtype)
    size = case["image"]
    images = torch.from_numpy(u01("input.image", (case["batch"], 3, size, size)).astype(np.float32)).to(dtype)
    result = {}
    for mode in ("eval", "train"):
        model.train(mode == "train")
        result[mode], result["gradients_" + mode] = differentiate(name, model, images)
    state = model.state_dict()
    return {**result, "statistics": {k: v.double() for k, v in state.items() if "running_" in k}}


def largest(a, b):
    return float((a - b).abs().max() / b.abs().max())


def gradient_errors(rounded, exact):
    largest_norm = max(float(g.norm()) for g in exact.values())
    errors = [float((rounded[k] - g).norm() / g.norm()) for k, g in exact.items() if g.norm() > 1e-9 * largest_norm]
    return {"median": float(np.median(errors)), "max": max(errors)}


def golden(name, case):
    exact, rounded = run(name, case, torch.float64), run(name, case, torch.float32)
    result = {
        "generator": "scripts/golden_backbones.py",
        "versions": {
            "python": sys.version.split()[0],
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
            "timm": timm.__version__,
            "numpy": np.__version__,
        },
        "name": name,
        "config": case,
        "float32_error": {},
        "statistics": {k: significant(probe(k, v)) for k, v in exact["statistics"].items()},
    }
    for mode in ("eval", "train"):
        gradients = "gradients_" + mode
        result["float32_error"][mode] = largest(rounded[mode], exact[mode])
        result["float32_error"][gradients] = gradient_errors(rounded[gradients], exact[gradients])
        result[mode] = rounded_list(exact[mode])
        result[gradients] = {k: [significant(float(g.norm())), significant(probe(k, g))] for k, g in exact[gradients].items()}
    return result


def significant(value):
    return float(f"{value:.8g}")


def rounded_list(values):
    return {"shape": list(values.shape), "data": [significant(v) for v in values.flatten().tolist()]}


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case_name, case in CASES.items():
        result = golden(case_name, case)
        (folder / f"{case_name}.json").write_text(json.dumps(result) + "\n")
        print(case_name, result["float32_error"], file=sys.stderr)
