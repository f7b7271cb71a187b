"""One of each thing that an address can name, and somebody of each role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Absence, Department, Membership, Organisation, Person, Role
from citytandem.accounts.models_privacy import Invitation
from citytandem.accounts.selectors import actor_by_id
from citytandem.conversation.models import Comment
from citytandem.core import clock
from citytandem.core.ids import short_code, uuid7
from citytandem.files.models import Attachment
from citytandem.moderation.contract import examine
from citytandem.moderation.models import Case
from citytandem.notifications.models import CalendarAddress, Notice
from citytandem.notifications.tokens import unsubscribe_token
from citytandem.partnerships.models import City, Passport, PassportTask
from citytandem.streams.models import Problem, Solution
from citytandem.streams.models_staff import SavedView
from tests.contract.permission_challenges import challenge_values
from tests.contract.permission_events import event_values, registration_token
from tests.contract.permission_federation import federation_values
from tests.contract.permission_programmes import programme_values
from tests.contract.permission_work import work_paths, work_values
from tests.small_world import small_world

# As the columns of the table stand. The author wrote the things that are asked for, for the organisation of the member;
# the member of staff works in the department that answers.
ROLES = (
    "visitor", "resident", "author", "organisation_member", "department_staff", "innovation_unit", "council_viewer",
    "programme_coordinator", "moderator", "administrator",
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """The people by role (None: a visitor), and what stands for each parameter of an address."""

    people: dict[str, Person | None]
    values: dict[str, dict[str, str]]

    def value(self, area: str, name: str, *, path: str = "") -> str:
        """What to put for a parameter below `/<area>`, or at one whole `path`; KeyError says which one is missing here."""
        return self.values.get(path, {}).get(name) or self.values.get(area, {}).get(name) or self.values[""][name]


def _of_a_partner() -> str:
    """The code of a solution that a partner node writes."""
    identifier = uuid7()
    return Solution.objects.create(
        id=identifier, code=short_code(identifier), language="en", title={"en": {"text": "Sensors", "by": "human"}},
        origin="did:web:sofia.example", origin_uri=f"https://sofia.example/{identifier}", origin_name="Sofia",
        visibility="public", created_at=clock.now(), changed_at=clock.now(),
    ).code  # fmt: skip


def scene() -> Scene:
    """Build it all; needs the quick embedder."""
    world = small_world()
    department = Department.objects.create(slug="waste", name={"en": {"text": "Waste", "by": "human"}})
    organisation = Organisation.objects.create(slug="friends", name="Friends", created_at=clock.now())
    people: dict[str, Person | None] = {"visitor": None}
    for role in ROLES[1:]:
        people[role] = _person(role, department, organisation)
    author = people["author"]
    assert author is not None
    problem, solution = world.problems[0], world.solutions[0]
    owned = {"created_by": author, "organisation": organisation}
    Problem.objects.filter(id=problem.id).update(department=department, **owned)
    Solution.objects.filter(id=solution.id).update(**owned)
    comment = Comment.objects.create(
        kind="problem", object_id=problem.id, language="en", text="So it is.", author=author,
        created_at=clock.now(), published_at=clock.now(), told_at=clock.now(),
    )  # fmt: skip
    things = _things(author, department, problem)
    values = {
        "": {
            "key": problem.code, "kind": "problem", "object_id": str(problem.id), "comment_id": str(comment.id),
            "link_id": str(world.suggested.id), "layer": "all", **things,
        },
        "solutions": {"key": solution.code},
        "/solutions/<key>/in-use": {"key": _of_a_partner()},
        "s": {"key": solution.code},
        "cities": {"slug": "krefeld", "key": "krefeld"},
        **work_paths(world.partnership),
        "partnerships": {"slug": "krefeld-sofia", "partnership": "krefeld-sofia", **work_values(world.partnership)},
        "surveys": {"slug": "views", "key": "q1", "number": "1", "secret": "a-ticket"},
        "/surveys/open/<key>": {"key": "open-to-all"},
        "events": event_values(),
        "registrations": {"token": registration_token()},
        "/api/v1/planned-events/{slug}": {"slug": "spring"},
        "programmes": programme_values(world.cities["krefeld"]),
        "departments": {"slug": "waste"},
        "organisations": {"slug": "friends"},
        "administration": {"slug": "waste", "person_id": str(author.id)},
        "account": {"key": "k" * 10},
        "calendar": {"key": CalendarAddress.objects.create(person=author, key="k" * 43, made_at=clock.now()).key},
        **challenge_values(author, organisation, department),
        "passports": _passport_values(solution),
        **federation_values(problem),
    }  # fmt: skip
    return Scene(people, values)


def _passport_values(solution: Solution) -> dict[str, str]:
    target = City.objects.filter(is_profiled=True).first()
    written = {"created_at": clock.now(), "changed_at": clock.now(), "language": "en"}
    passport = Passport.objects.create(solution=solution.id, target=target, **written)
    task = PassportTask.objects.create(passport=passport, condition="law")
    return {"passport_id": str(passport.id), "task_id": str(task.id)}


def _person(role: str, department: Department, organisation: Organisation) -> Person:
    person = Person(email=f"{role}@test.example", name=role)
    person.set_password("a long sentence 1")
    person.save()
    if role in Role.values and role != Role.RESIDENT:
        place: dict[str, Any] = {}
        if role == Role.DEPARTMENT_STAFF:
            place = {"department": department}
        elif role == Role.ORGANISATION_MEMBER:
            place = {"organisation": organisation}
        Membership.objects.create(person=person, role=role, since=clock.now(), **place)
    return person


def _things(author: Person, department: Department, problem: Problem) -> dict[str, str]:
    now = clock.now()
    me: Actor = actor_by_id(author.id)
    waits = Comment.objects.create(
        kind="problem", object_id=problem.id, language="en", text="Write to a.person@post.example", author=author, created_at=now,
        moderation="held",
    )  # fmt: skip
    examine(kind="comment", object_id=waits.id, text=waits.text, language="en", by=me)
    case = Case.objects.get(object_id=waits.id)
    notice = Notice.objects.create(
        person=author, kind="comment", template="comment", created_at=now, send_after=now, path="/"
    )
    view = SavedView.objects.create(person=author, name="Mine", created_at=now)
    file = Attachment.objects.create(
        kind="problem", object_id=problem.id, uploaded_by=author, name="a.txt", media_type="text/plain", size=3,
        created_at=now,
    )  # fmt: skip
    invitation = Invitation.objects.create(
        email="new@test.example", language="en", created_at=now, sent_at=now, department=department,
        role=Role.DEPARTMENT_STAFF,
    )  # fmt: skip
    membership = Membership.objects.get(role=Role.DEPARTMENT_STAFF)
    day = clock.now().date()
    absence = Absence.objects.create(person=author, deputy=membership.person, first_day=day, last_day=day)
    return {
        "case_id": str(case.id),
        "notice_id": str(notice.id),
        "view_id": str(view.id),
        "file_id": str(file.id),
        "variant": "file",
        "invitation_id": str(invitation.id),
        "token": unsubscribe_token(author.id, "comment"),
        "reference": "r" * 20,
        "code": "AAAAAAAAAA",
        "export_id": str(case.id),
        "pk": "1",
        "weighting_id": "1",
        "membership_id": str(membership.id),
        "absence_id": str(absence.id),
        "name": "imprint",
        "provider_id": "city",
        "uidb36": "1",
    }
