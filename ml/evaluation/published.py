"""Published numbers, each with the data it was measured on and where we have it from.

Nothing here is ours. ``source`` says how sure a number is: "recalled" ones were not seen in a
file and must be verified before they are quoted.
"""

from dataclasses import dataclass

_SLIDES = "Murray, 'Deep aesthetics' slides (Naver Labs Europe), tables of Murray & Gordo 2017"
_NIMA = "Talebi & Milanfar 2018, as quoted in the README of ML-Aesthetics-NIMA"
_IDEALO = "README of idealo/image-quality-assessment"
_PYIQA = "IQA-PyTorch, tests/IAA_benchmark_results.csv"
_SURVEY = "comparison tables of later papers (AesMamba, ROC4MLLM)"
_RECALLED = "recalled from the paper, not seen in a file: verify before quoting"

AVA = "AVA, test split of the source"


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """One method on one data set. ``emd_r`` is the r of ``emd``; None where the source is silent.

    ``accuracy`` in percent, at the middle of the scale.
    """

    method: str
    backbone: str
    data: str
    source: str
    srcc: float | None = None
    plcc: float | None = None
    accuracy: float | None = None
    emd: float | None = None
    emd_r: int | None = None
    kl: float | None = None
    mse: float | None = None


def _on_ava(
    method: str, backbone: str, srcc: float, plcc: float | None, source: str
) -> PublishedResult:
    return PublishedResult(method, backbone, AVA, source, srcc=srcc, plcc=plcc)


PUBLISHED = (
    PublishedResult("Murray 2012", "SIFT, Fisher vectors", AVA, _SLIDES, accuracy=68.0),
    PublishedResult("Kong 2016", "AlexNet", AVA, _SLIDES, srcc=0.558, accuracy=77.8),
    PublishedResult("Mai 2016, MNA-CNN", "VGG16", AVA, _SLIDES, accuracy=77.4),
    PublishedResult("AWCU, AesCNN-W", "VGG16", "AVA, 230k/20k", "AWCU 2018", accuracy=78.87),
    PublishedResult(
        "VGG-ImN-dist", "VGG16", AVA, _SLIDES, 0.665, accuracy=78.7, emd=0.0673, kl=0.128, mse=0.311
    ),
    PublishedResult(
        "APM", "ResNet101", AVA, _SLIDES, 0.709, accuracy=80.3, emd=0.0607, kl=0.103, mse=0.279
    ),
    PublishedResult("NIMA", "MobileNetV1", AVA, _NIMA, 0.510, 0.518, 80.36, 0.081),
    PublishedResult("NIMA", "VGG16", AVA, _NIMA, 0.592, 0.610, 80.60, 0.051),
    PublishedResult("NIMA", "Inception-v2", AVA, _NIMA, 0.612, 0.638, 81.51, 0.050),
    PublishedResult("NIMA, idealo", "MobileNetV1", AVA, _IDEALO, 0.609, 0.626, None, 0.071, 2),
    _on_ava("NIMA, pyiqa", "VGG16", 0.657, 0.662, _PYIQA),
    _on_ava("NIMA, pyiqa", "Inception-ResNet-v2", 0.713, 0.717, _PYIQA),
    _on_ava("CLIP-IQA, no training", "CLIP ResNet50", 0.338, 0.358, _PYIQA),
    _on_ava("LAION aesthetics", "CLIP ViT-L/14", 0.665, 0.666, _PYIQA),
    _on_ava("MUSIQ", "multi-scale ViT", 0.726, 0.738, _PYIQA),
    _on_ava("TOPIQ-IAA", "ResNet50", 0.736, 0.737, _PYIQA),
    _on_ava("TOPIQ-IAA", "Swin", 0.791, 0.790, _PYIQA),
    _on_ava("Q-Align", "7B language model", 0.822, 0.819, _PYIQA),
    _on_ava("HLA-GCN", "ResNet101", 0.665, 0.687, _SURVEY),
    _on_ava("TANet", "MobileNetV2, ResNet18", 0.758, 0.765, _SURVEY),
    _on_ava("EAT", "Swin", 0.759, 0.770, _SURVEY),
    _on_ava("ROC4MLLM", "7B language model", 0.833, 0.832, _SURVEY),
    _on_ava("Hosu MLSP", "Inception-ResNet-v2", 0.756, 0.757, _RECALLED),
    _on_ava("VILA-R", "CoCa", 0.774, 0.774, _RECALLED),
)


@dataclass(frozen=True, slots=True)
class PublishedFit:
    """A row of the AVA fit table: mean RMSE of Gaussian, Gamma and reversed Gamma."""

    low: int
    high: int
    errors: tuple[float, float, float]


AVA_FITS = (
    PublishedFit(1, 2, (0.1138, 0.0717, 0.1249)),
    PublishedFit(2, 3, (0.0579, 0.0460, 0.0633)),
    PublishedFit(3, 4, (0.0279, 0.0444, 0.0325)),
    PublishedFit(4, 5, (0.0291, 0.0412, 0.0389)),
    PublishedFit(5, 6, (0.0288, 0.0321, 0.0445)),
    PublishedFit(6, 7, (0.0260, 0.0250, 0.0455)),
    PublishedFit(7, 8, (0.0268, 0.0273, 0.0424)),
    PublishedFit(8, 9, (0.0532, 0.0591, 0.0403)),
)
AVA_FITS_OVERALL = PublishedFit(1, 10, (0.0284, 0.0335, 0.0429))
