"""The fuzzer's image ops in PyTorch: transposed convolutions, pools with powers and numbers of windows, patches, sampling."""
import torch
import torch.nn.functional as F
import torchvision

from oracle_nn import Window, flat, pads_of, spread
from oracle_noise import inner
from oracle_ops import OPS, ints, one, op, whole


def by_rank(x, name):
    return getattr(F, f"{name}{x.dim() - 2}d")


@op
def conv_transpose(x, w, b=None, stride=None, dilation=None, padding=None, mode=None, output_padding=None, groups=None):
    rank = x.dim() - 2
    stride, dilation = spread(stride, rank, 1), spread(dilation, rank, 1)
    more = spread(output_padding, rank, 0)
    y = by_rank(x, "conv_transpose")(x, w, None, stride, 0, 0, whole(groups, 1), dilation)
    for k in range(rank):
        span = (w.shape[2 + k] - 1) * dilation[k] + 1
        if one(mode):
            begin, extent = max(span - stride[k], 0) // 2, x.shape[2 + k] * stride[k]
        else:
            begin, end = pads_of(x, list(w.shape[2:]), stride, dilation, padding, None)[k]
            extent = (x.shape[2 + k] - 1) * stride[k] + span - begin - end + more[k]
        lacking = max(begin + extent - y.shape[2 + k], 0)
        y = F.pad(y, flat([(0, lacking if j == k else 0) for j in range(rank)])).narrow(2 + k, begin, extent)
    return y if b is None else y + b.view(1, -1, *[1] * rank)


@op
def lp_pool(x, kernel, p, stride=None, dilation=None, padding=None, mode=None):
    w = Window(x, kernel, stride, dilation, padding, mode, None)
    image = w.padded(x.abs() ** p[0], 0.0)
    ones = torch.ones(x.shape[1], 1, *w.kernel, dtype=x.dtype)
    sums = inner(by_rank(x, "conv")(image, ones, None, w.stride, 0, w.dilation, x.shape[1]))
    return torch.where(sums == 0, 0.0, torch.where(sums == 0, 1.0, sums) ** (1 / p[0]))


OPS["adaptive_avg_pool"] = lambda x, output: by_rank(x, "adaptive_avg_pool")(x, spread(output, x.dim() - 2, 1))
OPS["adaptive_max_pool"] = lambda x, output: by_rank(x, "adaptive_max_pool")(x, spread(output, x.dim() - 2, 1))
OPS["global_max_pool"] = lambda x: x.amax(tuple(range(2, x.dim())), keepdim=True)
OPS["global_lp_pool"] = lambda x, p: torch.linalg.vector_norm(x, p[0], tuple(range(2, x.dim())), keepdim=True)


@op
def max_unpool(x, kernel, output=None):
    kernel = spread(kernel, x.dim() - 2, 2)
    y, index = by_rank(x, "max_pool")(x, kernel, return_indices=True)
    sizes = ints(output) if output else [n // k for n, k in zip(x.shape[2:], kernel)]
    if not output:
        sizes = [n * k for n, k in zip(sizes, kernel)]
    flat_size = 1
    for n in sizes:
        flat_size *= n
    result = torch.zeros(*x.shape[:2], flat_size, dtype=x.dtype)
    return result.scatter(2, index.flatten(2), y.flatten(2)).view(*x.shape[:2], *sizes)


def patches(x, kernel, stride, dilation, padding, mode):
    """[N, C·taps, patches], by slices."""
    w = Window(x, kernel, stride, dilation, padding, mode, None)
    image, rank = w.padded(x, 0.0), x.dim() - 2
    parts = []
    for tap in range(torch.Size(w.kernel).numel()):
        part = image
        at = [int(i) for i in torch.unravel_index(torch.tensor(tap), w.kernel)]
        for k in range(rank):
            reach = torch.arange(w.out[k]) * w.stride[k] + at[k] * w.dilation[k]
            part = part.index_select(2 + k, reach)
        parts.append(part.flatten(2))
    return torch.stack(parts, 2).flatten(1, 2)


OPS["unfold"] = lambda x, kernel, stride=None, dilation=None, padding=None, mode=None: patches(
    x, kernel, stride, dilation, padding, mode)


@op
def fold(columns, kernel, output, stride=None, dilation=None, padding=None, mode=None):
    sizes = ints(output)
    channels = columns.shape[1] // torch.Size(spread(kernel, len(sizes), 3)).numel()
    count = torch.Size(sizes).numel()
    index = torch.arange(1, count + 1, dtype=torch.float64).view(1, 1, *sizes)  # 0 is the padding
    at = patches(index, kernel, stride, dilation, padding, mode).long().flatten()
    image = torch.zeros(columns.shape[0], channels, count + 1, dtype=columns.dtype)
    image = image.index_add(2, at, columns.reshape(columns.shape[0], channels, -1))
    return image[:, :, 1:].view(columns.shape[0], channels, *sizes)


def resampled(x, axis, size, how, coordinates):
    """One axis by a matrix."""
    n = x.shape[axis]
    i = torch.arange(size, dtype=torch.float64)
    half = (i + 0.5) * n / size - 0.5
    at = {0: half, 1: half if size > 1 else i * 0, 2: i * (n - 1) / (size - 1) if size > 1 else i * 0, 3: i * n / size}[coordinates]
    matrix = torch.zeros(size, n, dtype=x.dtype)

    def add(index, weight):
        matrix.index_put_((torch.arange(size), index.clamp(0, n - 1).long()), weight.to(x.dtype), accumulate=True)

    if how == 0:
        add(torch.floor(at), torch.ones(size, dtype=torch.float64))
    elif how == 1:
        at = at.clamp(0, n - 1)
        low = torch.floor(at)
        add(low, 1 - (at - low))
        add(low + 1, at - low)
    else:
        low, a = torch.floor(at), -0.75
        for k in range(-1, 3):
            d = (at - low - k).abs()
            near, far = (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1, a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a
            add(low + k, torch.where(d <= 1, near, far))
    return torch.tensordot(matrix, x, ([1], [axis])).movedim(0, axis)


@op
def interpolate(x, sizes, how=None, coordinates=None, rounding=None):
    for k, size in enumerate(spread(sizes, x.dim() - 2, 1)):
        x = inner(resampled(x, 2 + k, size, whole(how), whole(coordinates)))
    return x


@op
def grid_sample(x, grid, border=None, corners=None):
    name = ("zeros", "border", "reflection")[whole(border)]
    return F.grid_sample(x, inner(grid), padding_mode=name, align_corners=bool(one(corners)))


OPS["affine_grid"] = lambda theta, output, corners=None: F.affine_grid(
    theta, (theta.shape[0], 1, *ints(output)), bool(one(corners)))
OPS["roi_align"] = lambda x, boxes, batch, output, samples: torchvision.ops.roi_align(
    x, torch.cat([batch.to(x.dtype)[:, None], boxes.detach()], 1), ints(output), sampling_ratio=int(samples[0]), aligned=True)
