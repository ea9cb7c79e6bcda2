"""What the service promises people: sessions, limits, jobs, sweeps. No HTTP, no SQL."""

from bgstudio.service.accounts import Accounts
from bgstudio.service.deletion import Deletion
from bgstudio.service.desk import JobDesk
from bgstudio.service.events import Events
from bgstudio.service.export import Exports
from bgstudio.service.graves import Graves
from bgstudio.service.history import History
from bgstudio.service.insight import Insight
from bgstudio.service.job import Event, Job
from bgstudio.service.keys import Keys, Standing
from bgstudio.service.letters import Letters
from bgstudio.service.login import Logins
from bgstudio.service.looks import Looks
from bgstudio.service.moving import Moving
from bgstudio.service.operator import Operator
from bgstudio.service.order import Delivery, DeskLimits
from bgstudio.service.outside import DirectChannel, Limits, Outside
from bgstudio.service.policy import Policy
from bgstudio.service.portraits import Portraits
from bgstudio.service.postman import Postman
from bgstudio.service.quota import Quota
from bgstudio.service.rates import Rates
from bgstudio.service.ratings import Ratings
from bgstudio.service.results import Results
from bgstudio.service.rights import Hands, Rights
from bgstudio.service.screen import Screen
from bgstudio.service.security_log import SecurityLog
from bgstudio.service.servers import Servers
from bgstudio.service.service import Service
from bgstudio.service.sessions import Sessions
from bgstudio.service.sweeper import Sweeper, erase_account
from bgstudio.service.tallies import Tallies
from bgstudio.service.verifying import Verifying
from bgstudio.service.visitor import Visitor

__all__ = [
    "Accounts",
    "Deletion",
    "Delivery",
    "DeskLimits",
    "DirectChannel",
    "Event",
    "Events",
    "Exports",
    "Graves",
    "Hands",
    "History",
    "Insight",
    "Job",
    "JobDesk",
    "Keys",
    "Letters",
    "Limits",
    "Logins",
    "Looks",
    "Moving",
    "Operator",
    "Outside",
    "Policy",
    "Portraits",
    "Postman",
    "Quota",
    "Rates",
    "Ratings",
    "Results",
    "Rights",
    "Screen",
    "SecurityLog",
    "Servers",
    "Service",
    "Sessions",
    "Standing",
    "Sweeper",
    "Tallies",
    "Verifying",
    "Visitor",
    "erase_account",
]
