"""On what a decision of moderation can rest: laws, and the rules of this house (DSA art. 14, 17(3)(d) and (e)).

The laws named are those of the European Union, which hold in every city. What else is illegal is a matter of the law of
the city's country: `law.other` asks the moderator to name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GroundKind = Literal["law", "house"]


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground. `source`: where it is written. `says`: what it forbids, as a sentence for the statement of reasons."""

    code: str
    label: str | Promise
    source: str | Promise
    says: str | Promise
    kind: GroundKind = "law"

    @property
    def is_legal(self) -> bool:
        """Whether it is a law; else a rule of the house."""
        return self.kind == "law"


# Offences of art. 3 to 7 of Directive 2011/93/EU: here nobody has to give their name (DSA art. 16(2)(c)).
CHILDREN = "law.children"
OTHER_LAW = "law.other"
_RULES = _("Rules of this site")

_ALL = (
    Ground(
        "law.personal_data",
        _("Personal data of somebody else"),
        _("Regulation (EU) 2016/679 (GDPR), articles 5 and 6"),
        _("Data about a person may be made public only where a law or the person allows it."),
    ),
    Ground(
        "law.insult",
        _("Insult or false claims about a person"),
        _("Criminal and civil law of the country of this city"),
        _("Insults and false claims that harm a person's good name are forbidden."),
    ),
    Ground(
        "law.hatred",
        _("Hatred or a call for violence"),
        _("Framework Decision 2008/913/JHA, article 1, and criminal law of the country of this city"),
        _("It is a crime to stir up hatred or violence against people for their origin, religion or the like."),
    ),
    Ground(
        "law.threat",
        _("Threat, or a call to commit a crime"),
        _("Criminal law of the country of this city"),
        _("It is a crime to threaten people, or to call on others to commit a crime."),
    ),
    Ground(
        CHILDREN,
        _("Sexual abuse of children"),
        _("Directive 2011/93/EU, articles 3 to 7"),
        _("Showing, offering or asking for sexual abuse of children is a crime."),
    ),
    Ground(
        "law.terrorism",
        _("Terrorism"),
        _("Directive (EU) 2017/541, article 5; Regulation (EU) 2021/784, article 2"),
        _("It is a crime to call for terrorism or to praise it so that others may follow."),
    ),
    Ground(
        "law.copyright",
        _("Somebody else's text or picture"),
        _("Directive 2001/29/EC, articles 2 to 4"),
        _("Works of others may be made public only with their leave, or where a law allows it."),
    ),
    Ground(
        "law.fraud",
        _("Fraud or forbidden goods"),
        _("Criminal and consumer law of the country of this city; Directive 2005/29/EC, articles 5 to 9"),
        _("It is forbidden to deceive people for gain, and to offer goods or services that are not allowed."),
    ),
    Ground(
        OTHER_LAW,
        _("Something else that is illegal"),
        _("The law that is named in the explanation"),
        _("The explanation names the law, and says why it is broken."),
    ),
    Ground(
        "house.privacy",
        _("Names, numbers or addresses of people"),
        _RULES,
        _("Texts that everybody can read hold no private names, telephone numbers, e-mail addresses or the like."),
        "house",
    ),
    Ground(
        "house.respect",
        _("Disrespect"),
        _RULES,
        _("We speak to each other with respect. Nobody is put down, mocked or shouted at."),
        "house",
    ),
    Ground(
        "house.spam",
        _("Advertising or spam"),
        _RULES,
        _("This site is for problems and solutions of cities, not for advertising or mass messages."),
        "house",
    ),
    Ground(
        "house.off_topic",
        _("Not about the city"),
        _RULES,
        _("What is written here has to do with life in the city, and with the entry below which it stands."),
        "house",
    ),
    Ground(
        "house.duplicate",
        _("Says the same as another entry"),
        _RULES,
        _("One entry for one matter, so that all who care about it find each other."),
        "house",
    ),
)  # fmt: skip
GROUNDS: dict[str, Ground] = {ground.code: ground for ground in _ALL}


def laws() -> Sequence[Ground]:
    """The legal grounds, in the order in which they are shown."""
    return [ground for ground in _ALL if ground.is_legal]


def house_rules() -> Sequence[Ground]:
    """The rules of the house, in the order in which they are shown."""
    return [ground for ground in _ALL if not ground.is_legal]


def ground_choices() -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """Grounds for a form, in two groups."""
    groups = ((_("Against the law"), laws()), (_("Against the rules of this site"), house_rules()))
    return [(heading, [(ground.code, ground.label) for ground in grounds]) for heading, grounds in groups]
