"""What the service promises people: sessions, limits, jobs, sweeps. No HTTP, no SQL."""

from bgstudio.service.desk import JobDesk
from bgstudio.service.job import Event, Job
from bgstudio.service.keys import Keys
from bgstudio.service.letters import Letters
from bgstudio.service.order import Delivery, DeskLimits
from bgstudio.service.postman import Postman
from bgstudio.service.quota import Quota
from bgstudio.service.rates import Rates
from bgstudio.service.results import Results
from bgstudio.service.screen import Screen
from bgstudio.service.security_log import SecurityLog
from bgstudio.service.service import Service
from bgstudio.service.sessions import Sessions
from bgstudio.service.sweeper import Sweeper
from bgstudio.service.visitor import Visitor

__all__ = [
    "Delivery",
    "DeskLimits",
    "Event",
    "Job",
    "JobDesk",
    "Keys",
    "Letters",
    "Postman",
    "Quota",
    "Rates",
    "Results",
    "Screen",
    "SecurityLog",
    "Service",
    "Sessions",
    "Sweeper",
    "Visitor",
]
