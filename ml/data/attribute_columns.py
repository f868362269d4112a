"""The names that published tables give to attributes of ours."""

from collections.abc import Mapping

COLUMNS: Mapping[str, str] = {
    "vivid_color": "VividColor",
    "color_harmony": "ColorHarmony",
    "light": "Light",
    "object_emphasis": "Object",
    "content": "Content",
    "depth_of_field": "DoF",
    "rule_of_thirds": "RuleOfThirds",
    "balancing_elements": "BalacingElements",
    "symmetry": "Symmetry",
    "repetition": "Repetition",
    "motion_blur": "MotionBlur",
    "pleasantness": "valence",
    "excitement": "arousal",
}
