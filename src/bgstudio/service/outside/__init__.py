"""The only way to AI services outside this machine: consent, limits on spending, and one transport for all of them."""

from bgstudio.service.outside.direct import DirectChannel
from bgstudio.service.outside.gate import Consent, Noted, Outside
from bgstudio.service.outside.spending import Limits, Spending
from bgstudio.service.outside.wire import Pace, Trace, Wire

__all__ = ["Consent", "DirectChannel", "Limits", "Noted", "Outside", "Pace", "Spending", "Trace", "Wire"]
