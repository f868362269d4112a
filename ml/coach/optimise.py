"""Find recipes that a scorer likes: gradient steps on the parameters of the edits, not on pixels.

The score has many small hills: frames, tones and spots are first tried on a coarse grid each; then
all parameters climb together, from the picture as it is and from the best of the grids.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.adam import adam

from ml.coach.edits import edit
from ml.coach.space import centres, freedom, limits, position, priced, reaches, tidy
from ml.contracts.edits import Edits

Judge = Callable[[Tensor], Tensor]
_SOFT = 0.02  # where the price of a change bends from square to linear


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard to look. ``cost``: points that a parameter at its bound must gain to be worth it.

    Every start takes ``scouting`` steps, the best of them ``steps`` more. ``rate`` is Adam's, in
    shares of each parameter's range; ``side`` is that of the scorer's squares.
    """

    scouting: int = 2
    steps: int = 5
    rate: float = 0.15
    cost: float = 0.06
    side: int = 256


@dataclass(frozen=True, slots=True)
class Found:
    """A recipe and the judged mean that the search saw for it, less the price of the change."""

    edits: Edits
    worth: float


FRAMES = (
    Edits(crop_left=0.08, crop_right=0.08, crop_top=0.08, crop_bottom=0.08),
    Edits(crop_left=0.15),
    Edits(crop_right=0.15),
    Edits(crop_top=0.15),
    Edits(crop_bottom=0.15),
)
SPOTS = (
    Edits(dodge=0.3),
    Edits(dodge=0.3, dodge_x=0.25, dodge_y=0.3),
    Edits(dodge=0.3, dodge_x=0.75, dodge_y=0.3),
    Edits(dodge=0.3, dodge_x=0.5, dodge_y=0.75),
)
TONES = (
    Edits(contrast=0.15, saturation=0.2),
    Edits(contrast=-0.1, saturation=-0.3),
    Edits(exposure=0.35, temperature=0.05),
    Edits(exposure=-0.35, temperature=-0.05),
)


def search(
    pixels: Tensor,
    judge: Judge,
    *,
    aspect: float,
    free: Collection[str],
    plan: Plan,
    hints: Sequence[Edits] = (),
) -> Found:
    """The best recipe found among those made of the ``free`` components.

    ``pixels``: (1, 3, H, W) in 0..255, the picture squeezed to a square; ``aspect``: its width
    over height before. ``judge``: (B, 3, side, side) in 0..255 -> (B,) what is to rise; its
    gradient with respect to the pixels is used. ``hints``: frames that are worth trying too.
    """
    box = _Box(pixels, judge, aspect, freedom(free), plan)
    scouted = _climb(box, _starts(box, hints), rate=plan.rate, steps=plan.scouting)
    best = int(scouted.worths.argmax())
    climbed = _climb(box, scouted.places[best : best + 1], rate=plan.rate, steps=plan.steps)
    return Found(edits=tidy(climbed.places[0]), worth=float(climbed.worths[0]))


class _Box:
    """The recipes that are allowed, and what each is worth."""

    def __init__(
        self, pixels: Tensor, judge: Judge, aspect: float, free: Tensor, plan: Plan
    ) -> None:
        self._pixels, self._judge, self._aspect, self._plan = pixels, judge, aspect, plan
        place = self.device = pixels.device
        self._free, self._priced = free.to(place), priced().to(place)
        self._centre, self._reach = centres().to(place), reaches().to(place)
        low, high = limits()
        self._low, self._high = low.to(place), high.to(place)

    def inside(self, place: Tensor) -> Tensor:
        """The nearest allowed point. (S, 14) -> (S, 14)."""
        return place.clamp(self._low, self._high) * self._free

    def worth(self, place: Tensor) -> Tensor:
        """(S, 14) -> (S,) the judged mean less the price of the change."""
        recipes = self._centre + place * self._reach
        pixels = self._pixels.expand(len(place), -1, -1, -1)
        seen = edit(pixels, recipes, aspect=self._aspect, side=self._plan.side)
        size = (place**2 + _SOFT**2).sqrt() - _SOFT + place**2
        price = 0.5 * self._plan.cost * (size * self._priced).sum(dim=1)
        return self._judge(seen) - price

    def tried(self, recipes: Sequence[Edits]) -> Tensor:
        """Where the best allowed one lies, (14,)."""
        places = self.inside(torch.stack([position(one) for one in recipes]).to(self.device))
        with torch.no_grad():
            worths = torch.cat([self.worth(place[None]) for place in places])
        return places[int(worths.argmax())]


@dataclass(frozen=True, slots=True)
class _Climbed:
    """(S, 14) the best place that each start came by, and (S,) its worth."""

    places: Tensor
    worths: Tensor


def _climb(box: _Box, starts: Tensor, *, rate: float, steps: int) -> _Climbed:
    """Adam inside the box, its rate falling to a fifth; the last step is judged as well."""
    place = starts.clone()
    best = _Climbed(starts, torch.full((len(starts),), -torch.inf, device=starts.device))
    adam = _Adam(place)
    for number in range(steps):
        seen = place.detach().requires_grad_()
        worth = box.worth(seen)
        best = _better(best, seen, worth)
        (slope,) = torch.autograd.grad(-worth.sum(), seen)
        adam.step(slope, rate=rate * (1 - 0.8 * number / steps))
        place.copy_(box.inside(place))
    with torch.no_grad():
        return _better(best, place, box.worth(place))


class _Adam:
    """Adam with its usual constants, moving ``place`` as it is.

    The function and not the class of torch: making that one imports the compiler of torch, eight
    hundred modules, while somebody waits for the coach.
    """

    def __init__(self, place: Tensor) -> None:
        self._place = place
        self._mean, self._square = torch.zeros_like(place), torch.zeros_like(place)
        self._steps = torch.zeros((), dtype=torch.float32)

    def step(self, slope: Tensor, *, rate: float) -> None:
        """One step down the slope, (S, 14)."""
        adam(
            [self._place], [slope], [self._mean], [self._square], [], [self._steps],
            foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=rate, weight_decay=0.0,
            eps=1e-8, maximize=False,
        )  # fmt: skip


def _better(best: _Climbed, place: Tensor, worth: Tensor) -> _Climbed:
    better = worth.detach() > best.worths
    return _Climbed(
        torch.where(better[:, None], place.detach(), best.places),
        torch.where(better, worth.detach(), best.worths),
    )


def _starts(box: _Box, hints: Sequence[Edits]) -> Tensor:
    """(2, 14): the picture as it is, with a spot faint enough to move; the best of each grid."""
    still = box.inside(position(Edits(dodge=0.03)).to(box.device)[None])[0]
    frame = box.tried((Edits(), *FRAMES, *hints))
    tone = box.tried((Edits(), *TONES))
    spot = box.tried((Edits(dodge=0.03), *SPOTS))
    return torch.stack([still, box.inside((frame + tone + spot)[None])[0]])
