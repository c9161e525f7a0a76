#!/usr/bin/env python3
"""Values and gradients of products and of linear algebra from PyTorch: tests/golden/ops/linalg.safetensors, for the rows
of tests/ops/cases/linalg.cpp, einsum.cpp and solve.cpp.
"""
import torch
import torch.nn.functional as F

from goldens import Goldens

g = Goldens(1303)

for m, k, n in ((3, 4, 5), (1, 2, 1), (4, 1, 3)):
    g.case("matmul", torch.matmul, g.reals(m, k), g.reals(k, n))
    g.case("matmul", torch.matmul, g.reals(2, 1, m, k), g.reals(3, k, n))
    g.case("matmul/vector by matrix", lambda a, b: b @ a, g.reals(k, n), g.reals(k))
    g.case("matmul/transposed", lambda a, b: a.T @ b.T, g.reals(k, m), g.reals(n, k))
    g.case("matmul/bias", lambda a, b, c: a @ b + c, g.reals(m, k), g.reals(k, n), g.reals(n))
    g.case("linear", F.linear, g.reals(m, k), g.reals(n, k), g.reals(n))
    g.case("dot", torch.dot, g.reals(m), g.reals(m))
    g.case("outer", torch.outer, g.reals(m), g.reals(n))
    g.case("addmm", torch.addmm, g.reals(n), g.reals(m, k), g.reals(k, n))
    g.case("addmm", torch.addmm, g.reals(m, n), g.reals(m, k), g.reals(k, n))
    g.case("addmm/scaled", lambda c, a, b: torch.addmm(c, a.T, b.T, alpha=2, beta=-3), g.reals(m, 1), g.reals(k, m), g.reals(n, k))
    g.case("addmm/only the product", lambda c, a, b: torch.addmm(c, a, b, beta=0), g.reals(m, n), g.reals(m, k), g.reals(k, n))
    g.case("tensordot", torch.tensordot, g.reals(2, m, k), g.reals(m, k, n))
    g.case("tensordot/pairs", lambda a, b: torch.tensordot(a, b, ([2, 0], [0, 1])), g.reals(m, 2, k), g.reals(k, m, n))
    g.case("tensordot/none", lambda a, b: torch.tensordot(a, b, 0), g.reals(m), g.reals(k, n))

extents = dict(i=3, j=2, k=4, l=2, b=2, h=3, q=2, d=5, o=3, a=2, c=3, e=2)
for subscripts in ("ij,jk->ik", "bij,bjk->bik", "bhqd,bhkd->bhqk", "bi,oij,bj->bo", "ij,jk,kl->il", "i,j->ij", "ij,ij->ij",
                   "ij->ji", "ij->", "ba", "ii", "ii->i", "iij,jk->ki", "abcd,ebcd->abce", ",i->i"):
    for more in range(3):
        terms = subscripts.split("->")[0].split(",")
        g.case(f"einsum/{subscripts}", lambda *x: torch.einsum(subscripts, *x),
               *(g.reals(*(extents[letter] + more for letter in term)) for term in terms))
for a, b in (((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (2, 3, 3, 1)), ((4, 2), (3, 2, 2))):
    g.case("einsum/...ij,...jk->...ik", lambda *x: torch.einsum("...ij,...jk->...ik", *x), g.reals(*a), g.reals(*b))
for a, b in (((3, 2), (2,)), ((3,), (3,)), ((2, 1, 4), (3, 4))):
    g.case("einsum/...i,...i", lambda *x: torch.einsum("...i,...i", *x), g.reals(*a), g.reals(*b))
for shape in ((3, 2, 4), (5,), (2, 2)):
    g.case("einsum/i...->...", lambda x: torch.einsum("i...->...", x), g.reals(*shape))
for a, b in (((3, 1), (4, 2)), ((3, 4), (1, 2)), ((2, 3), (3, 2))):
    g.case("einsum/ij,jk", lambda *x: torch.einsum("ij,jk", *x), g.reals(*a), g.reals(*b))


def unit(x):
    return torch.eye(x.shape[-1], dtype=x.dtype)


def regular(x):
    return x + 4 * unit(x)


for n, k in ((3, 2), (1, 1), (4, 3)):
    a, b = (2, n, n), (2, n, k)
    g.case("solve", lambda a, b: torch.linalg.solve(regular(a), b), g.reals(*a), g.reals(*b))
    g.case("solve", lambda a, b: torch.linalg.solve(regular(a), b), g.reals(2, 1, n, n), g.reals(3, n, k))
    g.case("solve/single", lambda a, b: torch.linalg.solve(regular(a), b), g.reals(n, n), g.reals(n, k))
    g.case("solve/single", lambda a, b: torch.linalg.solve(regular(a), b), g.reals(n, n), g.reals(n))
    g.case("inverse", lambda x: torch.linalg.inv(regular(x)), g.reals(*a))
    g.case("cholesky", lambda x: torch.linalg.cholesky(x @ x.mT + 2 * unit(x)), g.reals(*a))
    g.case("det", torch.linalg.det, g.reals(*a))
    g.case("slogdet", lambda x: tuple(torch.linalg.slogdet(x)), g.reals(*a))
    triangular = torch.linalg.solve_triangular
    for name, options in (("", {}), ("/upper", {"upper": True}), ("/unit", {"unitriangular": True})):
        g.case(f"triangular_solve{name}", lambda a, b: triangular(regular(a), b, **{"upper": False, **options}), g.reals(*a), g.reals(*b))
    g.case("triangular_solve/transposed", lambda a, b: triangular(regular(a).mT, b, upper=True), g.reals(*a), g.reals(*b))
    g.case("triangular_solve/upper transposed", lambda a, b: triangular(regular(a).mT, b, upper=False), g.reals(*a), g.reals(*b))
    g.case("triangular_solve/vector", lambda a, b: triangular(regular(a), b.unsqueeze(-1), upper=False).squeeze(-1), g.reals(n, n), g.reals(n))


def svd(x):
    """With the largest element of each column of u positive."""
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    peak = torch.gather(u, -2, u.abs().argmax(-2, keepdim=True))
    sign = torch.sign(peak).detach()
    return u * sign, s, vh * sign.mT


for shape in ((2, 4, 3), (2, 2, 3), (3, 3), (1, 3), (4, 1), (2, 5, 5)):
    g.case("svd", svd, g.reals(*shape))
    g.case("svd/values", lambda x: torch.linalg.svdvals(x), g.reals(*shape))

g.write("ops/linalg.safetensors")
