"""Reading aids: what the sentences of a source may become, found by rule and offered, never entered by itself."""

from agreements.services.reading.offers import Proposal, propose, take

__all__ = ["Proposal", "propose", "take"]
