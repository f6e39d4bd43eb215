"""What the rows say, in English, French and Arabic: made of few words and many numbers.

A function takes the dice it throws and answers `{"en": …, "fr": …, "ar": …}`, with the code of what it speaks of where
there is one. No sentence holds a tab, a backslash or the end of a line.
"""

import random
from datetime import date

Said = dict[str, str]


def _said(en: str, fr: str, ar: str) -> Said:
    return {"en": en, "fr": fr, "ar": ar}


# Names. A syllable is a consonant and a vowel; three of them and a number well stirred make a name.

_CONSONANTS = dict(zip("bdfghjklmnrstwyz", "بدفغهجكلمنرستويز", strict=True))
_VOWELS = {"a": "ا", "i": "ي", "o": "و", "u": "و"}
_SYLLABLES = [(c + v, _CONSONANTS[c] + _VOWELS[v]) for c in _CONSONANTS for v in _VOWELS]
_ALL = len(_SYLLABLES) ** 3


def _syllables(number: int) -> list[tuple[str, str]]:
    round_, rest = divmod(number, _ALL)
    rest = (rest * 104_729 + 7919) % _ALL
    found = []
    for _place in range(3):
        rest, each = divmod(rest, len(_SYLLABLES))
        found.append(_SYLLABLES[each])
    while round_:
        round_, each = divmod(round_, len(_SYLLABLES))
        found.append(_SYLLABLES[each])
    return found


def name(number: int) -> str:
    """The name with this number, in Latin letters; no two numbers have one name."""
    return "".join(latin for latin, _arabic in _syllables(number)).capitalize()


def _arabic_name(number: int) -> str:
    return "".join(arabic for _latin, arabic in _syllables(number))


def person(number: int) -> Said:
    first, last = number % 97, number // 97 + 500_000
    latin = f"{name(first)} {name(last)}"
    return _said(latin, latin, f"{_arabic_name(first)} {_arabic_name(last)}")


_BODIES = [
    ("association", 45, _said("Association {}", "Association {}", "جمعية {}")),
    ("public_body", 12, _said("{} Public Agency", "Agence publique {}", "الوكالة العمومية {}")),
    ("local_authority", 12, _said("Municipality of {}", "Commune de {}", "جماعة {}")),
    ("company", 12, _said("{} Company", "Société {}", "شركة {}")),
    ("foundation", 7, _said("{} Foundation", "Fondation {}", "مؤسسة {}")),
    ("centre", 7, _said("{} Social Centre", "Centre social {}", "المركز الاجتماعي {}")),
    ("ministry", 1, _said("Ministry of {}", "Ministère de {}", "وزارة {}")),
    ("research", 4, _said("{} Research Institute", "Institut de recherche {}", "معهد {} للبحث")),
]


def body(number: int, dice: random.Random) -> tuple[str, Said]:
    """The kind of a body, and its names."""
    kind, _weight, form = dice.choices(_BODIES, [weight for _kind, weight, _form in _BODIES])[0]
    return kind, {
        code: each.format(_arabic_name(number) if code == "ar" else name(number))
        for code, each in form.items()
    }


def written(number: int, language: str) -> str:
    """A body as a text names it."""
    return {"fr": "l’organisme {}", "en": "the body {}", "ar": "هيئة {}"}[language].format(
        _arabic_name(number) if language == "ar" else name(number)
    )


PLACES = [
    *("Rabat", "Salé", "Casablanca", "Fès", "Meknès", "Tanger", "Tétouan", "Oujda", "Marrakech", "Agadir"),
    *(
        "Béni Mellal",
        "Errachidia",
        "Ouarzazate",
        "Laâyoune",
        "Dakhla",
        "Kénitra",
        "El Jadida",
        "Safi",
        "Essaouira",
    ),
    *("Nador", "Al Hoceïma", "Taza", "Khouribga", "Settat", "Khémisset", "Larache", "Chefchaouen", "Tiznit"),
    *("Guelmim", "Zagora"),
]
PROGRAMMES = [
    (slug, _said(en, fr, ar))
    for slug, en, fr, ar in (
        ("towns", "Towns for All", "Villes pour tous", "مدن للجميع"),
        ("villages", "Living Villages", "Villages vivants", "قرى حية"),
        ("first-job", "First Job", "Premier emploi", "أول شغل"),
        ("open-schools", "Open Schools", "Écoles ouvertes", "مدارس مفتوحة"),
        ("health-near", "Health Nearby", "Santé de proximité", "صحة القرب"),
        ("water", "Water for Tomorrow", "Eau de demain", "ماء الغد"),
    )
]
THEMES = [
    *("child_protection", "precariousness", "marginalization", "training_employment", "education", "health"),
    *("women", "disability", "older_persons", "family", "migration", "research"),
]

# Titles: what is agreed, to do what, for whom, where.

_KINDS = [
    (
        "cooperation_agreement",
        25,
        _said("Cooperation agreement", "Convention de coopération", "اتفاقية تعاون"),
    ),
    (
        "partnership_agreement",
        40,
        _said("Partnership agreement", "Convention de partenariat", "اتفاقية شراكة"),
    ),
    ("framework_agreement", 15, _said("Framework agreement", "Convention-cadre", "اتفاقية إطار")),
    ("specific_agreement", 10, _said("Specific agreement", "Convention spécifique", "اتفاقية خاصة")),
    ("memorandum_of_understanding", 7, _said("Memorandum", "Protocole d’accord", "مذكرة تفاهم")),
    ("funding_agreement", 3, _said("Funding agreement", "Convention de financement", "اتفاقية تمويل")),
]
_AIMS = [
    _said("training", "la formation", "التكوين"),
    _said("schooling", "la scolarisation", "التمدرس"),
    _said("accommodation", "l’hébergement", "الإيواء"),
    _said("medical care", "les soins médicaux", "العلاجات الطبية"),
    _said("legal aid", "l’aide juridique", "المساعدة القانونية"),
    _said("vocational insertion", "l’insertion professionnelle", "الإدماج المهني"),
    _said("literacy", "l’alphabétisation", "محاربة الأمية"),
    _said("listening and guidance", "l’écoute et l’orientation", "الاستماع والتوجيه"),
    _said("cultural activities", "l’animation culturelle", "التنشيط الثقافي"),
    _said("sports", "la pratique du sport", "ممارسة الرياضة"),
    _said("water supply", "l’adduction d’eau", "التزويد بالماء"),
    _said("craft cooperatives", "les coopératives artisanales", "التعاونيات الحرفية"),
]
_GROUPS = [
    ("children", _said("children", "les enfants", "الأطفال")),
    ("young_people", _said("young people", "les jeunes", "الشباب")),
    ("women", _said("women in difficulty", "les femmes en difficulté", "النساء في وضعية صعبة")),
    ("families", _said("families in need", "les familles démunies", "الأسر المعوزة")),
    ("older_persons", _said("older persons", "les personnes âgées", "الأشخاص المسنون")),
    (
        "persons_with_disabilities",
        _said("persons with disabilities", "les personnes handicapées", "الأشخاص في وضعية إعاقة"),
    ),
    ("trainees", _said("trainees", "les stagiaires", "المتدربون")),
    ("residents", _said("residents of the centre", "les résidents du centre", "نزلاء المركز")),
]
GROUP_CODES = [code for code, _said_ in _GROUPS]


def title(dice: random.Random, project: str) -> tuple[str, Said]:
    """The kind of an agreement and its titles; `project` is named where there is one."""
    kind, _weight, called = dice.choices(_KINDS, [weight for _kind, weight, _called in _KINDS])[0]
    aim, (_code, group), place = dice.choice(_AIMS), dice.choice(_GROUPS), dice.choice(PLACES)
    named = (
        {"en": f", project {project}", "fr": f", projet {project}", "ar": f"، مشروع {project}"}
        if project
        else {}
    )
    return kind, {
        "en": f"{called['en']} on {aim['en']} for {group['en']} in {place}{named.get('en', '')}",
        "fr": f"{called['fr']} relative à {aim['fr']} pour {group['fr']} à {place}{named.get('fr', '')}",
        "ar": f"{called['ar']} بشأن {aim['ar']} لفائدة {group['ar']} ب{place}{named.get('ar', '')}",
    }


def occasion(dice: random.Random) -> Said:
    year, place = dice.randint(2009, 2025), dice.choice(PLACES)
    return _said(f"Forum of {place}, {year}", f"Forum de {place}, {year}", f"منتدى {place} {year}")


def group(dice: random.Random) -> tuple[str, Said]:
    """The code of a target group, and how a text names it."""
    code, said = dice.choice(_GROUPS)
    age = dice.randint(6, 60)
    return code, _said(
        f"{said['en']} from {age} years on",
        f"{said['fr']} de plus de {age} ans",
        f"{said['ar']} فوق {age} سنة",
    )


def objective(dice: random.Random) -> Said:
    aim, (_code, whom) = dice.choice(_AIMS), dice.choice(_GROUPS)
    return _said(
        f"The parties mean to further {aim['en']} for {whom['en']}.",
        f"Les parties visent à promouvoir {aim['fr']} pour {whom['fr']}.",
        f"يهدف الأطراف إلى النهوض ب{aim['ar']} لفائدة {whom['ar']}.",
    )


_DEEDS = [
    (
        "event",
        "meetings",
        "hold {n} open days on",
        "organise {n} journées portes ouvertes sur",
        "ينظم {n} أيام مفتوحة حول",
    ),
    (
        "workshop",
        "workshops",
        "run {n} workshops on",
        "anime {n} ateliers sur",
        "ينشط {n} ورشات حول",
    ),
    (
        "training",
        "sessions",
        "give {n} training sessions on",
        "assure {n} sessions de formation sur",
        "يؤمن {n} دورات تكوينية حول",
    ),
    (
        "funding",
        "instalments",
        "pay {n} instalments towards",
        "verse {n} tranches pour",
        "يؤدي {n} أقساط لفائدة",
    ),
    (
        "equipment",
        "rooms",
        "equip {n} rooms for",
        "équipe {n} salles pour",
        "يجهز {n} قاعات من أجل",
    ),
    (
        "human_resources",
        "people",
        "second {n} people for",
        "met à disposition {n} cadres pour",
        "يضع {n} أطر رهن إشارة",
    ),
    (
        "medical_caravan",
        "caravans",
        "send {n} medical caravans for",
        "envoie {n} caravanes médicales pour",
        "يرسل {n} قوافل طبية من أجل",
    ),
    (
        "research",
        "studies",
        "write {n} studies on",
        "réalise {n} études sur",
        "ينجز {n} دراسات حول",
    ),
    (
        "data_sharing",
        "reports",
        "send {n} reports a year on",
        "transmet {n} rapports par an sur",
        "يوافي ب{n} تقارير سنوية حول",
    ),
    (
        "service",
        "services",
        "keep {n} services open for",
        "maintient {n} services ouverts pour",
        "يبقي {n} خدمات مفتوحة من أجل",
    ),
]


def commitment(dice: random.Random) -> tuple[str, Said, str]:
    """The kind of a commitment, its words, and the unit it is counted in."""
    kind, unit, *said = dice.choice(_DEEDS)
    deed = _said(*said)
    many, aim, (_code, whom) = dice.randint(2, 40), dice.choice(_AIMS), dice.choice(_GROUPS)
    place = dice.choice(PLACES)
    return (
        kind,
        _said(
            f"The party will {deed['en'].format(n=many)} {aim['en']} for {whom['en']} in {place}.",
            f"La partie {deed['fr'].format(n=many)} {aim['fr']} pour {whom['fr']} à {place}.",
            f"الطرف {deed['ar'].format(n=many)} {aim['ar']} لفائدة {whom['ar']} ب{place}.",
        ),
        unit,
    )


def purpose(dice: random.Random) -> Said:
    aim = dice.choice(_AIMS)
    return _said(
        f"so that {aim['en']} lasts", f"afin de pérenniser {aim['fr']}", f"من أجل استدامة {aim['ar']}"
    )


_ACTIVITIES = [
    ("workshop", _said("Workshop on {}", "Atelier sur {}", "ورشة حول {}")),
    ("training", _said("Training: {}", "Session de formation : {}", "دورة تكوينية: {}")),
    ("campaign", _said("Campaign for {}", "Campagne pour {}", "حملة من أجل {}")),
    ("meeting", _said("Meeting on {}", "Réunion sur {}", "اجتماع حول {}")),
    ("event", _said("Open day: {}", "Journée ouverte : {}", "يوم مفتوح: {}")),
]


def activity(dice: random.Random) -> tuple[str, Said]:
    """The kind of an activity, and its titles."""
    kind, form = dice.choice(_ACTIVITIES)
    aim = dice.choice(_AIMS)
    return kind, {code: form[code].format(aim[code]) for code in form}


# Sentences of the source.

_MONTHS = {
    "en": [
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ],
    "fr": [
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ],
    "ar": [
        *("يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو"),
        *("يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر"),
    ],
}
RELATIVE = _said("from the day of its signature", "à compter de sa signature", "ابتداء من تاريخ توقيعها")
NO_END = "The text says that it has no end."
RENEWAL = _said("renewed by tacit consent", "renouvelée par tacite reconduction", "تجدد ضمنيا")
STATEMENT = _said(
    "The signing was called an important step.",
    "La signature a été qualifiée d’étape importante.",
    "وصف التوقيع بأنه خطوة مهمة.",
)
ADVANTAGE = _said(
    "The agreement is to shorten waiting times.",
    "La convention doit réduire les délais d’attente.",
    "من شأن الاتفاقية تقليص آجال الانتظار.",
)
QUESTION = _said("Who pays is not said.", "Le texte ne dit pas qui paie.", "لا يذكر النص من يؤدي.")
READINGS = [
    _said("The first party pays.", "La première partie paie.", "الطرف الأول يؤدي."),
    _said("Both share the cost.", "Les deux se partagent le coût.", "يتقاسم الطرفان الكلفة."),
]
CLOSING = _said(
    " Done in as many copies as there are parties, each having read and accepted it.",
    " Fait en autant d’exemplaires que de parties, chacune ayant lu et accepté.",
    " حررت في نسخ بعدد الأطراف بعد قراءتها وقبولها.",
)
_DATED = {
    "signed": _said("Signed: {}.", "Signée : {}.", "وقعت: {}."),
    "effective": _said("In force: {}.", "En vigueur : {}.", "تدخل حيز التنفيذ: {}."),
    "ends": _said("Until: {}.", "Jusqu’à : {}.", "إلى غاية: {}."),
}
_TOLD = {
    "renewal": _said(
        "What follows its end is settled.", "La suite de son terme est réglée.", "ما يلي نهايتها محدد."
    ),
    "amount": _said("The budget is {}.", "Le budget est de {}.", "الميزانية هي {}."),
    "programme": _said("It is part of a programme.", "Elle relève d’un programme.", "تندرج في برنامج."),
    "place": _said("Signed in {}.", "Signée à {}.", "وقعت ب{}."),
    "occasion": _said("It was signed at a forum.", "Elle a été signée lors d’un forum.", "وقعت خلال منتدى."),
}


def day(of: date, language: str) -> str:
    return f"{of.day} {_MONTHS[language][of.month - 1]} {of.year}"


def month(of: date, language: str) -> str:
    return f"{_MONTHS[language][of.month - 1]} {of.year}"


def preamble(title: str, language: str) -> str:
    return {"en": f"This is the {title}.", "fr": f"La présente est la {title}.", "ar": f"هذه {title}."}[
        language
    ]


def dated(name: str, said: str, language: str) -> str:
    return _DATED[name][language].format(said)


def told(name: str, value: object, language: str) -> str:
    return _TOLD[name][language].format(value)


def party(written: str, number: int, language: str) -> str:
    form = _said("Of the part number {}: {}.", "Partie numéro {} : {}.", "الطرف رقم {}: {}.")
    return form[language].format(number, written)


def document(number: int, language: str) -> str:
    return {"en": f"Paper {number}", "fr": f"Document {number}", "ar": f"وثيقة {number}"}[language]
