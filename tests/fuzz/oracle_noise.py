"""What an element type rounds off, as noise: on the result of every op, and on values inside an op that computes in steps."""
import torch

RANDOM = torch.rand(1 << 16, dtype=torch.float64, generator=torch.Generator().manual_seed(7)) * 2 - 1


class Disturb(torch.autograd.Function):
    """Adds noise of a tensor's largest element times `amount`, in the forward and in the backward pass."""

    place = 0

    @staticmethod
    def noise(x, amount):
        n = x.numel()
        if n == 0:
            return x
        Disturb.place = (Disturb.place * 1103515245 + 12345) & 0x7FFFFFFF
        start = Disturb.place % 4096
        pool = RANDOM[start:start + n] if n <= RANDOM.numel() - 4096 else torch.rand(n, dtype=x.dtype) * 2 - 1
        return x + pool.view(x.shape) * (amount * x.detach().abs().max())

    @staticmethod
    def forward(ctx, x, amount):
        ctx.amount = amount
        return Disturb.noise(x, amount)

    @staticmethod
    def backward(ctx, g):
        return Disturb.noise(g, ctx.amount), None


class Inner:
    """How much the values inside the present op are disturbed; 0 while exact values are computed."""

    amount = 0.0


def inner(x):
    """A value that an op computes on its way, as rounded as its result is."""
    return Disturb.apply(x, Inner.amount) if Inner.amount else x
