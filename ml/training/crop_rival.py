"""The head of GAIC (Zeng et al. 2020) as a rival of the view head, and both on validation scenes.

It aligns 9 x 9 features of a view and as many of what the view discards, and reads them with dense
layers: it needs a network for every view, where the view head needs sums over rectangles.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import roi_align

from ml.contracts.cropper_card import HeadFigures
from ml.evaluation.cropping_metrics import overlap
from ml.evaluation.cropping_views import shifted_within
from ml.models.cropper import ViewHead, resampled
from ml.training.crop_fit import CropConfig, Scaling, fit_head, train, view_scores
from ml.training.crop_material import WHOLE, Lesson
from ml.training.progress import Callbacks, Progress

ScoresOf = Callable[[Sequence[Tensor], NDArray[np.float64]], Tensor]

SHIPPED = "view head, as shipped"
_VIEW, _ALIGNED = "view head", "aligned features and dense layers"

_CHANNELS, _BINS = 8, 9
_DENSE = (768, 128)
_RIVALS = 8
_NEAR = 0.9
_SCALES, _PLACES = 7, 7
_SEED = 5


class AlignedHead(nn.Module):
    """Scores of views from aligned features of what they keep and of what they discard."""

    def __init__(self, channels: Sequence[int], *, side: int) -> None:
        super().__init__()
        self.side = side
        self.scales = nn.ModuleList(nn.Conv2d(count, _CHANNELS, 1) for count in channels)
        inputs = 2 * _CHANNELS * _BINS * _BINS
        self.dense = nn.Sequential(
            nn.Linear(inputs, _DENSE[0]), nn.ReLU(), nn.Linear(*_DENSE), nn.ReLU()
        )
        self.score = nn.Linear(_DENSE[1], 1)

    def forward(self, maps: Sequence[Tensor], views: NDArray[np.float64]) -> Tensor:
        """Maps (B, C, h, w) a stage and views (B, K, 4) -> (B, K)."""
        parts = zip(self.scales, maps, strict=True)
        reduced = torch.stack([resampled(scale(part), self.side) for scale, part in parts])
        features = reduced.sum(dim=0)  # (B, 8, S, S)
        count, size = views.shape[:2]
        edges = torch.from_numpy(views.reshape(-1, 4)).float() * self.side
        owner = torch.arange(count).repeat_interleave(size)
        kept = roi_align(features, torch.cat([owner[:, None], edges], 1), _BINS, aligned=True)
        outside = features[owner] * (1 - self._inside(edges))[:, None]
        whole = torch.tensor([0.0, 0.0, self.side, self.side]).expand(len(owner), 4)
        each = torch.arange(len(owner))[:, None].float()
        discarded = roi_align(outside, torch.cat([each, whole], 1), _BINS, aligned=True)
        joined = torch.cat([kept, discarded], dim=1).flatten(1)
        scores: Tensor = self.score(self.dense(joined))
        return scores.reshape(count, size)

    def _inside(self, edges: Tensor) -> Tensor:
        """(N, 4) edges in cells -> (N, S, S): 1 for a cell whose middle lies in the view."""
        middles = torch.arange(self.side) + 0.5
        across = (middles >= edges[:, :1]) & (middles <= edges[:, 2:3])
        down = (middles >= edges[:, 1:2]) & (middles <= edges[:, 3:])
        return (down[:, :, None] & across[:, None, :]).float()


def compared(
    known: Lesson, seen: Lesson, config: CropConfig, *, callbacks: Callbacks[Progress]
) -> list[HeadFigures]:
    """Both kinds of heads, taught equally long by the same scenes."""
    named = (
        (_VIEW, scorer_of(fit_head(known, config, callbacks=callbacks))),
        (_ALIGNED, fit_rival(known, config, callbacks=callbacks)),
    )
    told = f"{config.epochs} epochs"
    return [row for name, score in named for row in validated(f"{name}, {told}", score, seen)]


def scorer_of(head: ViewHead) -> ScoresOf:
    """The view head as a function of maps and views."""
    return lambda maps, views: view_scores(head([part.float() for part in maps]), views)


def fit_rival(known: Lesson, config: CropConfig, *, callbacks: Callbacks[Progress]) -> ScoresOf:
    """The rival, taught by the same scenes and views, as a function of maps and views."""
    torch.manual_seed(config.seed)
    head = AlignedHead([part.shape[1] for part in known.maps], side=config.side)
    scaling = Scaling.of(known)

    def scores_of(maps: Sequence[Tensor], views: NDArray[np.float64]) -> Tensor:
        scores: Tensor = head(scaling(maps), views)
        return scores

    train(head, scores_of, known, config, callbacks)
    return scores_of


def validated(name: str, scores_of: ScoresOf, seen: Lesson) -> list[HeadFigures]:
    """A head on scenes of each kind that it may not have learned from."""
    kinds = [kind for kind in np.unique(seen.kinds).tolist() if kind != WHOLE]
    found: list[HeadFigures] = []
    for kind in kinds:
        rows = np.flatnonzero(seen.kinds == kind)
        each = np.array(
            [_scene(scores_of, seen.only(rows[at : at + 1])) for at in range(len(rows))]
        )
        pairs, iou, best = np.nanmean(each, axis=0).tolist()
        found.append(HeadFigures(name, kind, len(rows), pairs, iou, best))
    return found


def _scene(scores_of: ScoresOf, scene: Lesson) -> tuple[float, float, float]:
    """Pairs, IoU and the best IoU of one scene; pairs NaN where there is no room for a shift."""
    generator = np.random.default_rng(_SEED)
    planted = scene.planted
    shifted = shifted_within(planted, _RIVALS, generator)[0]
    rivals = shifted[overlap(shifted, planted[0]) < _NEAR]
    choices = _of_shape(planted[0])
    views = np.concatenate([planted, rivals, choices])
    with torch.inference_mode():
        scores = scores_of(scene.maps, views[None])[0].numpy()
    beaten = scores[1 : 1 + len(rivals)] < scores[0]
    overlaps = overlap(choices, planted[0])
    chosen = overlaps[int(np.argmax(scores[1 + len(rivals) :]))]
    pairs = float(beaten.mean()) if len(rivals) else float("nan")
    return pairs, float(chosen), float(overlaps.max())


def _of_shape(planted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Views of the planted one's shape, from the largest that fits to half its sides."""
    sides = planted[2:] - planted[:2]
    views: list[NDArray[np.float64]] = []
    for scale in np.linspace(0.5, 1.0, _SCALES) / sides.max():
        size = sides * scale
        places = np.stack(np.meshgrid(*[np.linspace(0, 1, _PLACES)] * 2), axis=-1).reshape(-1, 2)
        corners = places * (1 - size)
        views.append(np.concatenate([corners, corners + size], axis=1))
    return np.concatenate(views)
