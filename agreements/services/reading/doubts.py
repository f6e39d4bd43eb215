"""Questions that certain words always raise, with the ways to read them; kept in the registry in three languages."""

from dataclasses import dataclass

Texts = dict[str, str]


@dataclass(frozen=True)
class Doubt:
    """An open question and its readings."""

    code: str
    texts: Texts
    readings: tuple[Texts, ...]


PARTIES = Doubt(
    "parties",
    {
        "en": "Who are the parties? No sentence says that the one and the other signed.",
        "fr": "Qui sont les parties ? Aucune phrase ne dit que l'une et l'autre ont signé.",
        "ar": "من هم الأطراف؟ لا توجد جملة تقول إن هذا وذاك وقّعا.",
    },
    (
        {
            "en": "Those that undertake something.",
            "fr": "Celles qui s'engagent à quelque chose.",
            "ar": "الذين يلتزمون بشيء.",
        },
        {
            "en": "A body above one of them, which acts through it.",
            "fr": "Un organisme au-dessus de l'une d'elles, qui agit par elle.",
            "ar": "هيئة فوق أحدهم تتصرف من خلاله.",
        },
    ),
)
OWN_PEOPLE = Doubt(
    "own_people",
    {
        "en": "Who gains here? As the words stand, the party owes this to its own people.",
        "fr": "À qui cela profite-t-il ? Selon les mots, la partie le doit à ses propres membres.",
        "ar": "من المستفيد هنا؟ حسب العبارة يلتزم الطرف بذلك لفائدة أطره.",
    },
    (
        {
            "en": "Its own people, as the words say.",
            "fr": "Les siens, comme le disent les mots.",
            "ar": "أطره هو، كما تقول العبارة.",
        },
        {
            "en": "Those of the other side.",
            "fr": "Ceux de l'autre partie.",
            "ar": "أطر الطرف الآخر.",
        },
    ),
)
ONE_OR_TWO = Doubt(
    "one_or_two",
    {
        "en": "Is this one undertaking, or are there two?",
        "fr": "Est-ce un seul engagement, ou y en a-t-il deux ?",
        "ar": "هل هذا التزام واحد أم التزامان؟",
    },
    (
        {
            "en": "One: the first serves the second.",
            "fr": "Un seul : le premier sert le second.",
            "ar": "واحد: الأول يخدم الثاني.",
        },
        {
            "en": "Two, side by side.",
            "fr": "Deux, l'un à côté de l'autre.",
            "ar": "اثنان، جنبا إلى جنب.",
        },
    ),
)
SPEAKER = Doubt(
    "speaker",
    {
        "en": "Who says this?",
        "fr": "Qui dit cela ?",
        "ar": "من يقول هذا؟",
    },
    (
        {"en": "The article itself.", "fr": "L'article lui-même.", "ar": "المقال نفسه."},
        {
            "en": "Whoever speaks in the sentence before.",
            "fr": "La personne qui parle dans la phrase précédente.",
            "ar": "من يتحدث في الجملة السابقة.",
        },
    ),
)
