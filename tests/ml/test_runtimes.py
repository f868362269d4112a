"""An engine serves only when it agrees with plain torch; the fastest of those is chosen."""

from collections.abc import Iterable
from itertools import count

import numpy as np
import pytest
import torch
from PIL import Image

from ml.contracts.engine import Engine
from ml.inference.runtimes import openvino_engine
from ml.inference.runtimes.base import EngineUnavailableError, Pictures, Runtime, Shares
from ml.inference.runtimes.choice import Candidate, SelfTest, candidates, choose, elect
from ml.inference.runtimes.openvino_engine import OpenVinoConverter, OpenVinoRuntime
from ml.inference.runtimes.torch_engine import TorchRuntime
from ml.inference.scoring import LoadedScorer, load_scorer
from ml.models.backbone import create_backbone
from ml.models.nima import NimaNetwork
from tests.ml.conftest import Shipped

CPU = torch.device("cpu")
SIDE = 33  # odd, so that same padding is asymmetric where it can be


def network(backbone: str = "tiny") -> NimaNetwork:
    torch.manual_seed(1)
    made = NimaNetwork(create_backbone(backbone, None), pooling="stages")
    made.standardise_by(torch.rand(8, made.feature_count) * 4)
    return made.eval()


def squares(number: int, side: int = SIDE) -> Pictures:
    return np.random.default_rng(1).integers(0, 255, (number, side, side, 3), dtype=np.uint8)


def shares(runtime: Runtime, pictures: Pictures) -> Shares:
    step = runtime.micro_batch
    return np.concatenate(
        runtime.run(pictures[start : start + step] for start in range(0, len(pictures), step))
    )


def plain(pictures: Pictures, net: torch.nn.Module) -> Shares:
    """The network called by hand, one picture at a time."""
    with torch.inference_mode():
        floats = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
        return torch.cat([net(floats[i : i + 1]) for i in range(len(floats))]).numpy()


class Fixed(Runtime):
    """Answers with given shares after a given time on the fake stopwatch."""

    def __init__(self, row: list[float], *, name: str = "fixed", micro_batch: int = 4) -> None:
        self.row, self.name, self.micro_batch = row, name, micro_batch

    def run(self, batches: Iterable[Pictures]) -> list[Shares]:
        return [np.tile(np.array(self.row, np.float32), (len(batch), 1)) for batch in batches]


EVEN = [0.1] * 10
UNEVEN = [0.14, *[0.1] * 8, 0.06]


def ticking(*durations: float) -> SelfTest:
    """A self-test whose rounds last as told, three rounds a candidate."""
    times = [moment for duration in durations for moment in (0.0, duration) * 3]
    moments = iter(times)
    return SelfTest(stopwatch=lambda: next(moments), clock=lambda: 0.0)


def test_torch_computes_what_the_network_computes() -> None:
    net = network()
    runtime = TorchRuntime(net, device=CPU, micro_batch=2)
    assert np.allclose(shares(runtime, squares(5)), plain(squares(5), net), atol=1e-6)


def test_openvino_computes_what_the_network_computes_for_any_number_of_pictures() -> None:
    net = network("lite0")
    runtime = OpenVinoRuntime(OpenVinoConverter(net, side=SIDE), micro_batch=4, threads=1)
    expected = plain(squares(7), net)
    for number in (1, 3, 4, 7):
        assert np.allclose(shares(runtime, squares(7)[:number]), expected[:number], atol=1e-4)


def test_openvino_keeps_the_order_of_many_batches_in_flight() -> None:
    net = network()
    runtime = OpenVinoRuntime(OpenVinoConverter(net, side=SIDE), micro_batch=2, threads=2)
    pictures = squares(31)
    for _ in range(3):
        assert np.allclose(shares(runtime, pictures), plain(pictures, net), atol=1e-5)


def test_a_machine_without_openvino_is_served_by_torch(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(openvino_engine, "find_spec", lambda _name: None)
    chosen = choose(network(), side=SIDE, device=CPU, engine=Engine.OPENVINO)
    assert chosen.runtime.name == "torch"
    assert "openvino is not installed" in caplog.text


@pytest.mark.parametrize("engine", [Engine.TORCH, Engine.OPENVINO])
def test_a_pinned_engine_serves_without_a_test(engine: Engine) -> None:
    def never() -> float:
        raise AssertionError("the self-test ran")

    test = SelfTest(clock=never, stopwatch=never)
    chosen = choose(network(), side=SIDE, device=CPU, engine=engine, test=test)
    assert chosen.runtime.name == engine.value


def test_an_engine_for_another_device_gives_way_to_torch() -> None:
    chosen = choose(network(), side=SIDE, device=CPU, engine=Engine.TORCH_HALF)
    assert chosen.runtime.name == "torch"
    assert "for this device" in chosen.trials[0].refusal


def test_the_fastest_engine_that_agrees_is_elected() -> None:
    slow, fast = Fixed(EVEN, name="slow"), Fixed(EVEN, name="fast")
    found = [Candidate("slow", lambda: slow), Candidate("fast", lambda: fast)]
    chosen = elect(Fixed(EVEN), found, pictures=squares(8), test=ticking(0.8, 0.4, 0.1))
    assert chosen.runtime is fast
    assert [trial.rate for trial in chosen.trials] == pytest.approx([10, 20, 80])


def test_an_engine_that_differs_is_never_elected_however_fast() -> None:
    odd = Fixed(UNEVEN, name="odd")
    chosen = elect(
        Fixed(EVEN), [Candidate("odd", lambda: odd)], pictures=squares(8), test=ticking(0.8)
    )
    assert chosen.runtime.name == "fixed"
    assert "differs from torch by 0.0400" in chosen.trials[1].refusal


def test_shares_that_are_not_finite_are_never_elected() -> None:
    broken = Fixed([float("nan")] * 10)
    found = [Candidate("broken", lambda: broken)]
    chosen = elect(Fixed(EVEN), found, pictures=squares(8), test=ticking(0.8))
    assert chosen.runtime is not broken


def test_an_engine_of_less_precision_must_be_clearly_faster() -> None:
    near = Fixed(EVEN, name="near")
    found = [Candidate("near", lambda: near, exact=False)]
    hardly = elect(Fixed(EVEN), found, pictures=squares(8), test=ticking(0.8, 0.78))
    clearly = elect(Fixed(EVEN), found, pictures=squares(8), test=ticking(0.8, 0.4))
    assert hardly.runtime.name == "fixed" and clearly.runtime is near


def test_an_engine_that_cannot_be_built_is_passed_over() -> None:
    def fails() -> Runtime:
        raise EngineUnavailableError("no such hardware")

    found = [Candidate("absent", fails), Candidate("good", lambda: Fixed(EVEN, name="good"))]
    chosen = elect(Fixed(EVEN), found, pictures=squares(8), test=ticking(0.8, 0.1))
    assert chosen.runtime.name == "good"
    assert chosen.trials[1].refusal == "no such hardware"


def test_no_candidate_is_tried_after_the_budget_is_spent() -> None:
    built: list[str] = []
    hours = count(step=3600)
    test = SelfTest(budget_s=7200, clock=lambda: float(next(hours)))

    def build(name: str) -> Runtime:
        built.append(name)
        return Fixed(EVEN)

    found = [Candidate(n, lambda n=n: build(n)) for n in "abcdef"]  # type: ignore[misc]
    elect(Fixed(EVEN), found, pictures=squares(8), test=test)
    assert built == ["a", "b"]


def test_a_large_network_on_a_slow_machine_leaves_the_other_engines_their_time() -> None:
    hours = [0.0]

    class Slow(Fixed):
        def run(self, batches: Iterable[Pictures]) -> list[Shares]:
            hours[0] += 3600
            return super().run(batches)

    fast = Fixed(EVEN, name="fast")
    test = SelfTest(budget_s=60, clock=lambda: hours[0], stopwatch=lambda: hours[0])
    chosen = elect(Slow(EVEN), [Candidate("fast", lambda: fast)], pictures=squares(8), test=test)
    assert chosen.runtime is fast


def test_a_processor_without_bf16_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    build = next(c for c in candidates(network(), side=SIDE, device=CPU) if c.name == "torch-bf16")
    with pytest.raises(EngineUnavailableError, match="bf16"):
        build.build()


def test_the_self_test_leaves_a_scorer_that_judges_as_before(shipped: Shipped) -> None:
    def scorer(engine: Engine) -> LoadedScorer:
        return load_scorer(shipped.weights, shipped.card, device="cpu", engine=engine)

    from_torch, elected = scorer(Engine.TORCH), scorer(Engine.AUTO)
    pictures = [Image.fromarray(square) for square in squares(9, 40)]
    for one, other in zip(
        from_torch.predict_batch(pictures), elected.predict_batch(pictures), strict=True
    ):
        assert other.distribution == pytest.approx(one.distribution, abs=1e-4)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_gpu_judges_as_the_processor_does() -> None:
    net = network("lite0")
    expected = plain(squares(8), net)
    chosen = choose(net, side=SIDE, device=torch.device("cuda"), engine=Engine.AUTO)
    assert np.allclose(shares(chosen.runtime, squares(8)), expected, atol=5e-3)
