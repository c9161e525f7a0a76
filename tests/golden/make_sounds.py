#!/usr/bin/env python3
"""Golden values of spectrograms, log-mel spectrograms, mel filters and MFCC, from librosa and torchaudio.

Writes tests/golden/sounds.safetensors: "sound", the input, and the expected features by the names of the tests.
All are computed in float64 where the library can. Run it again only to add cases.
"""
import librosa
import numpy as np
import torch
import torchaudio

from goldens import Goldens

RATE = 8000
random = np.random.default_rng(18)
time = np.arange(700) / RATE
sound = (0.5 * np.sin(2 * np.pi * 440 * time) + 0.2 * np.sin(2 * np.pi * (900 + 4000 * time) * time)
         + 0.02 * random.standard_normal(700)).astype(np.float32)
wide = sound.astype(np.float64)
tensor = torch.from_numpy(wide)
values = {"sound": sound}


def stft(**options):
    options = {"n_fft": 256, "win_length": 200, "hop_length": 80, "center": True, "pad_mode": "reflect"} | options
    return np.abs(librosa.stft(wide, dtype=np.complex128, **options))


values["power"] = stft() ** 2
values["magnitude_zeros_hamming"] = stft(window="hamming", pad_mode="constant")
values["blackman_edge"] = stft(window="blackman", pad_mode="edge") ** 2
values["not_centered_odd"] = stft(n_fft=243, win_length=200, hop_length=77, center=False) ** 2
values["rectangular"] = stft(window="boxcar", n_fft=128, win_length=128) ** 2
for name, htk, norm in [("slaney", False, "slaney"), ("slaney_high", False, None), ("htk", True, None),
                        ("htk_area", True, "slaney")]:
    values["filters_" + name] = librosa.filters.mel(sr=RATE, n_fft=256, n_mels=20, fmin=60, fmax=3600, htk=htk, norm=norm,
                                                    dtype=np.float64)
mel = librosa.filters.mel(sr=RATE, n_fft=256, n_mels=40, dtype=np.float64) @ values["power"]
values["log_mel"] = np.log(np.maximum(mel, 1e-10))
values["log_mel_db"] = librosa.power_to_db(mel, amin=1e-10, top_db=30)
values["mfcc"] = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=80), n_mfcc=13, lifter=22)
values["mfcc_plain"] = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=80), n_mfcc=20, norm=None)
torch.set_default_dtype(torch.float64)
window = {"n_fft": 256, "win_length": 200, "hop_length": 80}
values["torch_mel"] = torchaudio.transforms.MelSpectrogram(RATE, n_mels=24, **window)(tensor).numpy()
values["torch_mfcc"] = torchaudio.transforms.MFCC(RATE, n_mfcc=13, melkwargs={"n_mels": 24, **window})(tensor).numpy()

g = Goldens(0)
g.versions |= {"librosa": librosa.__version__, "torchaudio": torchaudio.__version__}
for name, value in values.items():
    g.store(name, np.asarray(value, dtype=np.float64))
g.write("sounds.safetensors")
