"""Proof on the running machine that photos touch no disk: ``bgstudio privacy audit``.

A canary photo goes through every entry of a service that is started for the purpose. Every file that the service and
its children open for writing is recorded meanwhile, and everything they left is searched for pieces of the canary.
"""

from bgstudio.audit.canary import Canary, draw_canary
from bgstudio.audit.report import Check, Verdict
from bgstudio.audit.run import Audit

__all__ = ["Audit", "Canary", "Check", "Verdict", "draw_canary"]
