"""The tables of the module, a file for each use."""

from __future__ import annotations

from citytandem.partnerships.models.accompanying import (
    ActionDone,
    ActionItem,
    AgendaItem,
    ContactNote,
    ContactWay,
    Document,
    Funding,
    FundingState,
    Meeting,
    MeetingFormat,
    MeetingState,
    Memorandum,
    Milestone,
    Signature,
    Stay,
    StayKind,
    Topic,
    WorkCalendar,
    WorkRecord,
)
from citytandem.partnerships.models.applying import Application, ApplicationState, CohortSolution, SolutionState
from citytandem.partnerships.models.cities import City, CityContact, CityNode
from citytandem.partnerships.models.convening import (
    EventKind,
    EventMaterial,
    EventPlan,
    EventSession,
    EventState,
    Registration,
    RegistrationState,
    SessionKind,
)
from citytandem.partnerships.models.events import ProgrammeEvent
from citytandem.partnerships.models.passports import Passport, PassportState, PassportTask
from citytandem.partnerships.models.programmes import Partnership, PartnershipState, Programme, ProgrammeState, Seat
from citytandem.partnerships.models.reporting import Finding, FindingKind, Quote
from citytandem.partnerships.models.surveys import (
    QuestionKind,
    Survey,
    SurveyAnswer,
    SurveyQuestion,
    SurveyTicket,
    SurveyWave,
)

__all__ = [
    "ActionDone", "ActionItem", "AgendaItem", "Application", "ApplicationState", "City", "CityContact", "CityNode",
    "CohortSolution", "ContactNote", "ContactWay", "Document", "EventKind", "EventMaterial", "EventPlan",
    "EventSession", "EventState", "Finding", "FindingKind", "Funding", "FundingState", "Meeting", "MeetingFormat",
    "MeetingState", "Memorandum", "Milestone", "Partnership", "PartnershipState", "Passport", "PassportState",
    "PassportTask", "Programme", "ProgrammeEvent", "ProgrammeState", "QuestionKind", "Quote", "Registration",
    "RegistrationState", "Seat", "SessionKind", "Signature", "SolutionState", "Stay", "StayKind", "Survey",
    "SurveyAnswer", "SurveyQuestion", "SurveyTicket", "SurveyWave", "Topic", "WorkCalendar", "WorkRecord",
]  # fmt: skip
