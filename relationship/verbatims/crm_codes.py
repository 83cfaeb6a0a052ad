"""What customers say as the columns of the CRM hold it: numbers of our own choices. Pure."""

from collections.abc import Mapping
from enum import IntEnum


class EmotionCode(IntEnum):
    JOY = 0
    SURPRISE = 1
    CALM = 2
    FEAR = 3
    SADNESS = 4
    ANGER = 5
    DISGUST = 6


class RiskCode(IntEnum):
    WATCH = 1
    HIGH = 2


OF_EMOTION: Mapping[str, EmotionCode] = {one.name.lower(): one for one in EmotionCode}
OF_RISK: Mapping[str, RiskCode] = {one.name.lower(): one for one in RiskCode}
