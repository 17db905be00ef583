"""Known answers of both variants of HisCMCL, restated in PyTorch from docs of the published code and of the paper.

Python 3.11, torch 2.5.1, torchvision 0.20.1, timm 1.0.11, numpy 2.1.3 (as golden_backbones.py, whose formula this uses). From
the repository root:

    /tmp/torch/bin/python scripts/golden_hiscmcl.py packages/hiscmcl/fixtures

Everything in float64, every dropout 0, on weights and inputs made by the formula of @spotbench/engine/conformance. `released.json`
is a whole model with DenseNet-121, with the config of the golden files made with the authors' own classes; given the config of
such a file, this script gives its loss and gradients to all digits in it. The others are small: frozen features in place of
the backbone, and the paper's variant with one. `float32_relative_error_of_pytorch` says how far PyTorch's own float32 run was.
"""

import json
import pathlib
import re
import sys

import numpy as np
import torch
import torchvision
from golden_backbones import fill, probe, significant, u01
from torch import nn
from torch.nn import functional as F

RELEASED = {
    "variant": "released",
    "B": 3,
    "image": 64,
    "genes": 12,
    "scales": [224, 96],
    "scale_attention": True,
    "projection": 16,
    "heads": 2,
    "head_dim": 8,
    "layers": 2,
    "temperature": 1.0,
    "optimizer": "Adam(lr=1e-5, weight_decay=1e-3 as L2)",
}
# Gradients that are compared: of the paper's variant, those of the last dense block and everything behind it.
COMPARED = {"finetune-paper": lambda key: not re.search(r"denseblock[123]|transition|conv0|norm0", key)}
SMALL = {"B": 5, "genes": 10, "width": 12, "projection": 16, "heads": 4, "head_dim": 8, "layers": 2, "temperature": 1.0}
CASES = {
    "frozen-concat": {**SMALL, "variant": "released", "views": ["patch", "scale-672"], "scale_attention": False},
    "frozen-attention": {**SMALL, "variant": "released", "views": ["patch", "scale-672"], "scale_attention": True},
    "frozen-paper": {**SMALL, "variant": "paper", "tokens": 4, "attention_heads": 3},
    "finetune-paper": {**SMALL, "variant": "paper", "B": 3, "image": 64, "width": 1024, "attention_heads": 8},
}
POSITIONS = 64


class Attention(nn.Module):
    def __init__(self, width, heads, head_dim):
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        self.to_qkv = nn.Linear(width, 3 * heads * head_dim, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * head_dim, width))

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = self.to_qkv(x).view(batch, tokens, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(-1, -2) / self.head_dim**0.5).softmax(-1)
        return self.to_out((shares @ v).transpose(1, 2).flatten(2))


class PreNorm(nn.Module):
    def __init__(self, width, fn):
        super().__init__()
        self.norm, self.fn = nn.LayerNorm(width), fn

    def forward(self, x):
        return self.fn(self.norm(x)) + x


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Identity(), nn.Linear(width, width))

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    def __init__(self, width, heads, head_dim):
        super().__init__()
        self.attn = PreNorm(width, Attention(width, heads, head_dim))
        self.ff = PreNorm(width, FeedForward(width))

    def forward(self, x):
        return self.ff(self.attn(x))


class Head(nn.Module):
    def __init__(self, width, projection):
        super().__init__()
        self.projection = nn.Linear(width, projection)
        self.fc = nn.Linear(projection, projection)
        self.layer_norm = nn.LayerNorm(projection)

    def forward(self, x):
        p = self.projection(x)
        return self.layer_norm(self.fc(F.gelu(p)) + p)


def densenet():
    return nn.Sequential(torchvision.models.densenet121().features)


class Fusion(nn.Module):
    """The released code's scales: images resized, or frozen features as they come."""

    def __init__(self, case):
        super().__init__()
        self.frozen = "views" in case
        self.scales = case["views"] if self.frozen else case["scales"]
        width, n = (case["width"] if self.frozen else 1024), len(self.scales)
        if not self.frozen:
            self.base_encoder = densenet()
        self.fusion = nn.Sequential(nn.Linear(n * width, width), nn.LayerNorm(width), nn.ReLU())
        if case["scale_attention"]:
            self.scale_attention = nn.Sequential(nn.Linear(n * width, n), nn.Softmax(1))
        self.attention = case["scale_attention"]

    def forward(self, batch):
        parts = [batch[s] if self.frozen else self.encode(batch["patch"], s) for s in self.scales]
        joined = torch.cat(parts, 1)
        if self.attention:
            shares = self.scale_attention(joined)
            joined = torch.cat([part * shares[:, i : i + 1] for i, part in enumerate(parts)], 1)
        return self.fusion(joined)

    def encode(self, image, scale):
        if scale != 224:
            image = F.interpolate(image, size=(scale, scale), mode="bilinear", align_corners=False)
        return self.base_encoder(image).mean((2, 3))


class Levels(nn.Module):
    """The paper's levels, as this project reads the text: LN(s + MultiheadAttention(s; [n; g]))."""

    def __init__(self, case):
        super().__init__()
        self.frozen = "image" not in case
        if not self.frozen:
            self.base_encoder = densenet()
        self.cross_attention = nn.MultiheadAttention(case["width"], case["attention_heads"], batch_first=True)
        self.norm = nn.LayerNorm(case["width"])

    def forward(self, batch):
        spot, near, slide = (batch[view] for view in ("patch", "neighbourhood", "slide"))
        if not self.frozen:
            spot = self.base_encoder(spot).mean((2, 3))
            near = self.base_encoder(near).mean((2, 3))
            slide = self.base_encoder(slide).flatten(2).transpose(1, 2)
        context = torch.cat([near.unsqueeze(1), slide], 1)
        attended, _ = self.cross_attention(spot.unsqueeze(1), context, context)
        return self.norm(spot + attended.squeeze(1))


class Model(nn.Module):
    def __init__(self, case):
        super().__init__()
        genes, width = case["genes"], case.get("width", 1024)
        self.x_embed, self.y_embed = nn.Embedding(POSITIONS, genes), nn.Embedding(POSITIONS, genes)
        self.image_encoder = Fusion(case) if case["variant"] == "released" else Levels(case)
        blocks = [Block(genes, case["heads"], case["head_dim"]) for _ in range(case["layers"])]
        self.spot_encoder = nn.Sequential(*blocks)
        self.image_projection = Head(width, case["projection"])
        self.spot_projection = Head(genes, case["projection"])
        self.temperature = case["temperature"]

    def forward(self, batch):
        x, y = batch["position"].T
        spots = batch["expression"] + self.x_embed(x) + self.y_embed(y)
        image_features = self.image_encoder(batch)
        image = self.image_projection(image_features)
        spot = self.spot_projection(self.spot_encoder(spots.unsqueeze(0)).squeeze(0))
        logits = spot @ image.T / self.temperature
        own = torch.arange(len(logits))
        loss = (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2
        return loss, {"image_features_train": image_features, "image_embeddings": image, "spot_embeddings": spot}


def inputs(case, dtype):
    size = case["B"]

    def floats(name, shape, scale=1, shift=0):
        values = (scale * u01("input." + name, shape) + shift).astype(np.float32)
        return torch.from_numpy(values).to(dtype)

    batch = {
        "expression": floats("expression", (size, case["genes"]), 3),
        "position": torch.from_numpy(np.floor(POSITIONS * u01("input.position", (size, 2))).astype(np.int64)),
    }
    if "image" in case:
        shape = (size, 3, case["image"], case["image"])
        batch["patch"] = floats("image", shape)
        batch["neighbourhood"], batch["slide"] = floats("neighbourhood", shape), floats("slide", shape)
        return batch
    for view in case.get("views", ["patch", "neighbourhood"]):
        batch[view] = floats(view, (size, case["width"]), 2, -1)
    if "tokens" in case:
        batch["slide"] = floats("slide", (size, case["tokens"], case["width"]), 2, -1)
    return batch


def build(case, dtype):
    model = Model(case)
    fill(model)
    return model.to(dtype).train()


def differentiate(case, dtype):
    model, batch = build(case, dtype), inputs(case, dtype)
    loss, forward = model(batch)
    loss.backward()
    gradients = {k: p.grad.double() for k, p in model.named_parameters()}
    return loss.item(), {k: v.detach().double() for k, v in forward.items()}, gradients


def spread(errors):
    return {"median": float(np.median(errors)), "p99": float(np.quantile(errors, 0.99)), "max": float(max(errors))}


def golden(name, case):
    loss, forward, gradients = differentiate(case, torch.float64)
    rounded_loss, rounded, rounded_gradients = differentiate(case, torch.float32)
    gradients = {k: g for k, g in gradients.items() if COMPARED.get(name, lambda key: True)(k)}
    # A gradient that is zero but for rounding is held to a thousandth of the largest norm.
    largest = max(float(g.norm()) for g in gradients.values())
    scale = {k: float(g.norm()) if g.norm() > 1e-9 * largest else 1e-3 * largest for k, g in gradients.items()}
    norms = [abs(float(rounded_gradients[k].norm() - g.norm())) / scale[k] for k, g in gradients.items()]
    probes = [abs(probe(k, rounded_gradients[k]) - probe(k, g)) / scale[k] for k, g in gradients.items()]
    errors = {k: float((rounded[k] - v).abs().max() / v.abs().max()) for k, v in forward.items()}
    errors |= {
        "loss": abs(rounded_loss - loss) / loss,
        "gradient_l2": spread(norms),
        "gradient_probe_over_l2": spread(probes),
    }
    result = {"case": name, "method": "HisCMCL", "config": case}
    result |= {
        k: {"shape": list(v.shape), "data": [significant(x) for x in v.flatten().tolist()]} for k, v in forward.items()
    }
    result["loss"] = significant(loss)
    result["gradients"] = {
        k: {"l2": significant(float(g.norm())), "probe": significant(probe(k, g))} for k, g in gradients.items()
    }
    result["float32_relative_error_of_pytorch"] = errors
    return result


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case_name, sizes in {"released": RELEASED, **CASES}.items():
        (folder / f"{case_name}.json").write_text(json.dumps(golden(case_name, sizes)) + "\n")
        print(case_name)
