"""Every write about what is done: activities, what they count towards, what each party says, and the proof of it."""

from activities.services.evidence import attach_evidence
from activities.services.progress import report_progress
from activities.services.records import remove, store
from activities.services.report import StaleActivity, change_activity, report_activity
from activities.services.withdrawal import withdraw_activity
from lib.uploads import Upload

__all__ = [
    "StaleActivity",
    "Upload",
    "attach_evidence",
    "change_activity",
    "remove",
    "report_activity",
    "report_progress",
    "store",
    "withdraw_activity",
]
