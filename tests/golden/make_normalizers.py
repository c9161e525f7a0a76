"""Writes normalizers.safetensors with scikit-learn and NumPy (versions in the file's metadata).

Columns that depend on each other, and what RobustScaler, PCA(whiten=True) and ZCA whitening make of them, for
tests/data/whitening_test.cpp. Usage: pip install safetensors numpy scikit-learn; python make_normalizers.py
"""
import pathlib

import numpy as np
import sklearn
from safetensors.numpy import save_file
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

random = np.random.default_rng(5)
x = (random.normal(size=(40, 6)) @ random.normal(size=(6, 6)) + random.normal(size=6)).astype(np.float32)
wide = x.astype(np.float64)
mean = wide.mean(0)
values, vectors = np.linalg.eigh(np.cov(wide.T))
epsilon = 1e-3
zca = (wide - mean) @ vectors @ np.diag(1 / np.sqrt(values + epsilon)) @ vectors.T
tensors = {
    "x": x,
    "standardize": StandardScaler().fit_transform(wide),
    "min-max": MinMaxScaler().fit_transform(wide),
    "robust": RobustScaler().fit_transform(wide),
    "pca": PCA(whiten=True, svd_solver="full").fit_transform(wide),
    "pca3": PCA(3, whiten=True, svd_solver="full").fit_transform(wide),
    "zca": zca,
}
save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()},
          pathlib.Path(__file__).with_name("normalizers.safetensors"),
          {"made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}"})
