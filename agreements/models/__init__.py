"""What was agreed, and the proof of it."""

from agreements.models.agreement import (
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    AgreementTheme,
    NamedGroup,
)
from agreements.models.amendments import Amendment, AmendmentChange
from agreements.models.changed import LastChange
from agreements.models.desk import Follow, FollowUp, SavedView
from agreements.models.doubts import OpenQuestion, Reading
from agreements.models.drafts import Draft, DraftStep
from agreements.models.evidence import AgreementSource, Citation, NoiseSpan, Source
from agreements.models.files import SourceFile
from agreements.models.identity import DistinctAgreements
from agreements.models.lifecycle import LifecycleEvent
from agreements.models.parties import Party, Signatory
from agreements.models.programme import Programme
from agreements.models.proof import WithoutSource
from agreements.models.provisions import (
    Advantage,
    AdvantageBeneficiary,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    Objective,
    ObjectiveGroup,
    Statement,
)
from agreements.models.rendered import RenderedDossier
from agreements.models.review import ReviewComment
from agreements.models.texts import TextEntry, TextWord
from agreements.models.vocabulary import AgreementKind, CommitmentKind, PartyRole, TargetGroup, Theme

__all__ = [
    "Advantage",
    "AdvantageBeneficiary",
    "Agreement",
    "AgreementIdentifier",
    "AgreementKind",
    "AgreementLink",
    "AgreementSource",
    "AgreementTheme",
    "Amendment",
    "AmendmentChange",
    "Citation",
    "Commitment",
    "CommitmentBeneficiary",
    "CommitmentDebtor",
    "CommitmentKind",
    "DistinctAgreements",
    "Draft",
    "DraftStep",
    "Follow",
    "FollowUp",
    "LastChange",
    "LifecycleEvent",
    "NamedGroup",
    "NoiseSpan",
    "Objective",
    "ObjectiveGroup",
    "OpenQuestion",
    "Party",
    "PartyRole",
    "Programme",
    "Reading",
    "RenderedDossier",
    "ReviewComment",
    "SavedView",
    "Signatory",
    "Source",
    "SourceFile",
    "Statement",
    "TargetGroup",
    "TextEntry",
    "TextWord",
    "Theme",
    "WithoutSource",
]
