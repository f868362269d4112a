"""The coach: what one could change in a picture, and what it would do for its score.

A recipe is optimised for the served scorer, must look natural, and must please a second scorer
that was never optimised. Only then is it proposed.
"""

from io import BytesIO
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ml.coach.apply import apply
from ml.coach.level import correction
from ml.coach.naturalness import LIMITS, faults
from ml.coach.optimise import Plan, search
from ml.coach.space import weaker
from ml.coach.study import LEAST_GAIN, Study, Trial
from ml.coach.trust import Trust, plain_interval, read_trust
from ml.coach.words import words_of
from ml.contracts.advice import TOGETHER, Advice, Proposal
from ml.contracts.card import ScorerCard
from ml.contracts.edits import COMPONENTS, Edits
from ml.contracts.engine import Engine
from ml.contracts.results import SCALE_HIGH, ScoreResult
from ml.contracts.votes import BINS
from ml.data.transforms import UnusablePictureError, on_white, to_pixels
from ml.inference.devices import open_device
from ml.inference.scoring import LoadedScorer, open_scorer
from ml.models.scoring_network import ScoringNetwork

WORK_SIDE = 640
STRENGTHS = (0.7, 0.45)
PREVIEW_QUALITY = 85
_COLOURS = ("white_balance", "saturation")
_FRAMES = ("straighten", "crop")
_GREY = 8  # levels between the channels of a picture that a person calls grey


class Coach:
    """Proposes edits that two scorers like. About 3 s of two cores for a picture."""

    def __init__(
        self,
        network: ScoringNetwork,
        card: ScorerCard,
        *,
        served: LoadedScorer,
        second: LoadedScorer,
        trust: Trust | None,
        device: torch.device,
        plan: Plan | None = None,
    ) -> None:
        """``network``: the one inside ``served``, whose gradient is followed."""
        self._network, self._card = network, card
        self._served, self._second = served, second
        self._trust, self._device = trust, device
        self._plan = plan or Plan(side=card.input_side)
        self._bins = torch.arange(1, BINS + 1, dtype=torch.float32, device=device)

    @property
    def version(self) -> str:
        return self._served.version

    @property
    def digest(self) -> str:
        """sha256 of the optimised scorer's weights."""
        return self._served.digest

    @property
    def second_version(self) -> str:
        return self._second.version

    @property
    def second_digest(self) -> str:
        """sha256 of the second scorer's weights."""
        return self._second.digest

    def advise(self, image: Image.Image) -> Advice:
        """Proposals for a picture of any size and mode. Raises UnusablePictureError.

        The mean before is that of the picture as it is given, which its page shows. Gains are
        those of the smaller picture on the desk.
        """
        session = self._session(image)
        study = session.study()
        trials = _in_order(study.whole, session) if study.whole else []
        before = self._served.predict_batch([image])[0].mean
        proposals = tuple(self._proposal(key, trial, before) for key, trial in trials)
        return Advice(before=before, proposals=proposals, reason=study.reason)

    def study(self, image: Image.Image) -> Study:
        """Search, try and check, keeping what was refused as well. Raises UnusablePictureError."""
        return self._session(image).study()

    def _session(self, image: Image.Image) -> "_Session":
        if not isinstance(image, Image.Image) or not image.width or not image.height:
            raise UnusablePictureError("the object is no picture with pixels")
        return _Session(self, image)

    def judge(self, pixels: Tensor) -> Tensor:
        """(B, 3, side, side) in 0..255 -> (B,) means that the served scorer expects."""
        # Depthwise convolutions are twice as fast with the channels last.
        ready = pixels.contiguous(memory_format=torch.channels_last)
        shares: Tensor = self._network(ready, self._card.panel)
        return shares @ self._bins

    def look(self, picture: Image.Image) -> tuple[ScoreResult, float]:
        """What the served scorer says, and the second one's mean."""
        (first,) = self._served.predict_batch([picture])
        (second,) = self._second.predict_batch([picture])
        return first, second.mean

    @property
    def plan(self) -> Plan:
        return self._plan

    @property
    def device(self) -> torch.device:
        return self._device

    def _interval(self, trial: Trial, before: float) -> tuple[float, float]:
        if self._trust is not None:
            return self._trust.interval(before=before, gain=trial.gain)
        half = self._card.half_width_per_sd * trial.result.sd
        return plain_interval(mean=before + trial.gain, half_width=half)

    def _proposal(self, key: str, trial: Trial, before: float) -> Proposal:
        low, high = self._interval(trial, before)
        buffer = BytesIO()
        trial.picture.save(buffer, "JPEG", quality=PREVIEW_QUALITY)
        return Proposal(
            key=key,
            edits=trial.edits,
            words=words_of(trial.edits),
            mean=min(before + trial.gain, SCALE_HIGH),
            low=low,
            high=high,
            gain=trial.gain,
            second_gain=trial.second_gain,
            preview=buffer.getvalue(),
            width=trial.picture.width,
            height=trial.picture.height,
        )


class _Session:
    """One picture on the coach's desk."""

    def __init__(self, coach: Coach, image: Image.Image) -> None:
        self._coach = coach
        self._size = image.size
        self._picture = on_white(_reduced(image))
        self._before, self._second_before = coach.look(self._picture)

    def study(self) -> Study:
        wanted = self._wanted()
        whole = self._natural(wanted) if wanted else None
        return Study(self._before, self._second_before, wanted, whole)

    def _wanted(self) -> Trial | None:
        """The optimum as found, before any check."""
        turn = correction(self._picture)
        side = 2 * self._coach.plan.side
        pixels = to_pixels([self._picture], side=side).to(self._coach.device)
        found = search(
            pixels,
            self._coach.judge,
            aspect=self._size[0] / self._size[1],
            free=_free(self._picture, self._size, turn=turn),
            plan=self._coach.plan,
            hints=(Edits(straighten=turn),) if turn else (),
        )
        return None if found.edits == Edits() else self.tried(found.edits)

    def _natural(self, wanted: Trial) -> Trial | None:
        """The first that passes every check and gains noticeably: as found, weaker, tones alone."""
        for edits in _milder(wanted.edits):
            trial = wanted if edits == wanted.edits else self.tried(edits)
            if trial.welcome and trial.gain >= LEAST_GAIN:
                return trial
        return None

    def parts(self, whole: Edits) -> list[tuple[str, Trial]]:
        """Each component by itself, as strong as in the whole, where it passes; by gain."""
        tried = [(key, self.tried(whole.only(key))) for key in whole.components()]
        passed = [(key, trial) for key, trial in tried if trial.welcome]
        return sorted(passed, key=lambda part: -part[1].gain)

    def tried(self, edits: Edits) -> Trial:
        picture = apply(self._picture, edits)
        result, second = self._coach.look(picture)
        return Trial(
            edits=edits,
            picture=picture,
            result=result,
            gain=result.mean - self._before.mean,
            second_gain=second - self._second_before,
            faults=faults(self._picture, picture, edits, size=self._size),
        )


def load_coach(
    scorer_weights: Path,
    scorer_card: Path,
    second_weights: Path,
    second_card: Path,
    *,
    device: torch.device | str,
    engine: Engine = Engine.TORCH,
) -> Coach:
    """Read and verify both scorers, and what the second card says of the coach.

    ``engine`` judges; gradients are always torch's.
    Raises DeviceUnavailableError, or CardError, DigestMismatchError, WeightsError or
    GoldenMismatchError; after any of these nothing may be proposed.
    """
    place = open_device(device)
    network, card = open_scorer(scorer_weights, scorer_card)
    other, other_card = open_scorer(second_weights, second_card)
    served = LoadedScorer(network, card, device=place, engine=engine)
    second = LoadedScorer(other, other_card, device=place, engine=engine)
    served.check_golden()
    second.check_golden()
    trust = read_trust(second_card, scorer=served.digest)
    return Coach(network, card, served=served, second=second, trust=trust, device=place)


def _reduced(image: Image.Image) -> Image.Image:
    """A copy whose longer side is at most ``WORK_SIDE``."""
    longest = max(image.size)
    if longest <= WORK_SIDE:
        return image
    scale = WORK_SIDE / longest
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    plain = on_white(image)
    return plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _milder(edits: Edits) -> tuple[Edits, ...]:
    """The recipe, a weaker one, its tones without its frame, and a faint one; no doubles."""
    strong, faint = (weaker(edits, share) for share in STRENGTHS)
    return tuple(dict.fromkeys((edits, strong, edits.tones(), faint)))


def _free(picture: Image.Image, size: tuple[int, int], *, turn: float) -> tuple[str, ...]:
    """The components that make sense here.

    No colour for grey pictures, no cuts of small ones, no turn where no line asks for one.
    """
    barred = set() if turn else {"straighten"}
    if _is_grey(picture):
        barred.update(_COLOURS)
    if min(size) <= LIMITS.short_side:
        barred.update(_FRAMES)
    return tuple(key for key in COMPONENTS if key not in barred)


def _is_grey(picture: Image.Image) -> bool:
    """Whether hardly a pixel has a colour."""
    small = picture.resize((64, 64), Image.Resampling.BOX)
    bands = [torch.tensor(list(band.tobytes())) for band in small.split()]
    stacked = torch.stack(bands)
    return bool((stacked.amax(0) - stacked.amin(0)).float().quantile(0.99) <= _GREY)


def _in_order(whole: Trial, session: _Session) -> list[tuple[str, Trial]]:
    """The whole first, under its own name where it has but one part; then the parts by gain."""
    names = whole.edits.components()
    if len(names) == 1:
        return [(names[0], whole)]
    return [(TOGETHER, whole), *session.parts(whole.edits)]
