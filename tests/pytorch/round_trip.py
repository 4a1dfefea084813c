"""Takes weights from dlm to PyTorch and back: writes what tests/pytorch.rs reads. Of the environment of tests/parity, or any with
torch and safetensors:

    DLM_UPDATE_EXPECT=1 cargo test --test pytorch     # flowers.safetensors
    python tests/pytorch/round_trip.py                # the rest
"""

# What docs/pytorch.md shows begins here.
import json

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn


class Flowers(nn.Module):
    def __init__(self):
        super().__init__()
        self.h1 = nn.ModuleDict({"dense": nn.Linear(4, 16, bias=False), "batch_norm": nn.BatchNorm1d(16)})
        self.head = nn.ModuleDict({"dense": nn.Linear(16, 3)})

    def forward(self, x):
        x = self.h1["batch_norm"](self.h1["dense"](x))
        return self.head["dense"](nn.functional.elu(x))


def load(path):
    """A network with a file's weights, what normalises its inputs, and the file's metadata."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    network = Flowers()
    network.load_state_dict(load_file(path))
    vectors = json.loads(metadata["dlm"])["normalization"]
    shift, scale = torch.tensor(vectors["flower.shift"]), torch.tensor(vectors["flower.scale"])
    return network, lambda raw: (raw - shift) * scale, metadata


def save(network, path, metadata):
    save_file(network.state_dict(), path, metadata=metadata)
# And it ends here.


def main():
    from pathlib import Path

    folder = Path(__file__).parent
    network, normalize, metadata = load(folder / "flowers.safetensors")
    raw = torch.tensor([[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 4.5, 1.5], [6.7, 3.1, 5.6, 2.4], [0.0, 9.0, -1.0, 3.0]])
    network.eval()
    with torch.no_grad():
        probabilities = torch.softmax(network(normalize(raw)), 1)

    # Some steps of PyTorch's own.
    torch.manual_seed(7)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    network.train()
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(normalize(raw)), torch.tensor([2, 0, 1, 1])).backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        tuned = torch.softmax(network(normalize(raw)), 1)
    save(network, folder / "tuned.safetensors", metadata)
    save_file(network.state_dict(), folder / "lost.safetensors")

    # Wrapped for several devices and compiled, and of other types. Nothing is compiled before it is called.
    wrapped = nn.DataParallel(torch.compile(network))
    for dtype in [torch.bfloat16, torch.float16, torch.float64]:
        state = {name: value.to(dtype) if value.is_floating_point() else value for name, value in wrapped.state_dict().items()}
        assert all(name.startswith("module._orig_mod.") for name in state)
        save_file(state, folder / f"{str(dtype).removeprefix('torch.')}.safetensors", metadata=metadata)

    (folder / "expected.json").write_text(
        json.dumps({"torch": torch.__version__, "flowers": probabilities.tolist(), "tuned": tuned.tolist()}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
