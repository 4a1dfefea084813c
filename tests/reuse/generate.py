#!/usr/bin/env python3
"""Trains a small network in PyTorch a little and saves it as PyTorch's users do: its `state_dict`, by safetensors.

Writes `pytorch.safetensors`, and in `expected.json` what the network predicts and what its first layers compute.
Needs torch and safetensors, as `../parity/requirements.txt` lists them. The tests need no Python.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = Path(__file__).parent


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU())
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        return self.fc(self.features(x))


torch.manual_seed(1)
net, x, y = Net(), torch.randn(32, 4), torch.randint(0, 3, (32,))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(20):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
net.eval()
save_file(net.state_dict(), FOLDER / "pytorch.safetensors")
with torch.no_grad():
    expected = {"x": x[:5], "features": net.features(x[:5]), "logits": net(x[:5])}
listed = {name: [round(value, 7) for value in values.flatten().tolist()] for name, values in expected.items()}
(FOLDER / "expected.json").write_text(json.dumps(listed, indent=1) + "\n")
