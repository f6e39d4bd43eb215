"""Expressions that say no day of the calendar: relative ones, «not stated», «none», and words that say nothing.

A relative expression is kept in its words and gets no days, so the patterns may be generous: nothing is invented by
taking one too many. A year in it is different: it may be the date itself, so it is left to the reader.
"""

import re
from functools import cache

from lib.expressions.words import (
    FIRST_PART,
    LAST_PART,
    MIDDLE_PART,
    alone,
    any_month,
    either,
    weekdays,
)

_NOT_STATED = re.compile(
    either("""
    not stated | unstated | not specified | unspecified | not given | not mentioned | not indicated | unknown |
    date unknown | no date given |
    non précisé | non précisée | non indiqué | non indiquée | non mentionné | non mentionnée | non spécifié |
    non spécifiée | inconnu | inconnue | date inconnue | sans date | s.d | n.d |
    غير مذكور | غير مذكورة | لم يذكر | لم تذكر | غير معروف | غير معروفة | غير معلوم | مجهول | بدون تاريخ |
    دون تاريخ | التاريخ غير مذكور
    """)
)
_NONE = re.compile(
    either("""
    none | no date | no end | no end date | no deadline | no term | open-ended | open ended | open end |
    indefinite | indefinitely | indefinite term | for an indefinite period | unlimited | without limit |
    without time limit | explicitly none |
    aucun | aucune | aucune date | aucune échéance | néant | sans limitation de durée | sans limite |
    sans limite de durée | sans limite de temps | sans terme | sans échéance | sans fin | indéterminée |
    durée indéterminée | à durée indéterminée | pour une durée indéterminée | illimitée | durée illimitée |
    à durée illimitée | pour une durée illimitée | expressément aucun |
    لا يوجد | لا توجد | لا شيء | بلا | بدون أجل | بدون نهاية | غير محددة المدة | غير محدد المدة | مدة غير محددة |
    لمدة غير محددة | لمدة غير محدودة | غير محدودة | غير محدودة المدة | دون تحديد المدة | بدون تحديد المدة |
    مفتوحة | منعدم صراحة | لأجل غير مسمى
    """)
)
_FOR_GOOD = alone("""
    unlimited period | unlimited duration | unlimited term | indefinite period | indefinite duration | indefinitely |
    durée indéterminée | durée illimitée | période indéterminée | période illimitée | sans limitation de durée |
    مدة غير محددة | مدة غير محدودة | لأجل غير مسمى
""")
_UNSPECIFIED = re.compile(
    either("""
    undetermined | not applicable | n/a | indéterminé | non déterminé | non déterminée | sans objet |
    غير محدد | غير محددة | لا ينطبق
    """)
)
_VAGUE = re.compile(
    either("""
    soon | very soon | shortly | recently | later | as soon as possible | asap | in the near future | some day |
    tbd | to be determined | to be defined | at a later date |
    bientôt | très bientôt | prochainement | récemment | plus tard | ultérieurement | dès que possible | un jour |
    dans les meilleurs délais | à déterminer | à définir |
    قريبا | عما قريب | لاحقا | مؤخرا | حديثا | في أقرب وقت | في أقرب الآجال | يحدد لاحقا | تحدد لاحقا |
    في وقت لاحق | فيما بعد
    """)
)
_RENEWAL = alone("""
    renewable | renewal | renewed | tacit | tacitly | automatically |
    tacite | tacitement | reconduction | reconductible | renouvelable | renouvelables | renouvellement |
    تجديد | تجدد | يجدد | للتجديد | ضمني | ضمنيا | ضمنية | تلقائي | تلقائيا
""")

_TODAY = either("""
    now | today | yesterday | tomorrow | the day before yesterday | the day after tomorrow | yesterday morning |
    yesterday afternoon | yesterday evening | this morning | this afternoon | this evening | tonight | last night |
    the same day | that day | that same day | the next day | the following day | the day before | the day after |
    this day |
    maintenant | hier | avant-hier | aujourd'hui | demain | après-demain | hier soir | hier matin | ce jour |
    ce matin | ce soir | ce même jour | la veille | le lendemain | le même jour | le jour même | à ce jour |
    الآن | أمس | الأمس | بالأمس | أول أمس | يوم أمس | مساء أمس | صباح أمس | عشية أمس | البارحة | اليوم | هذا اليوم |
    صباح اليوم | مساء اليوم | غدا | الغد | بعد غد | اليوم نفسه | نفس اليوم | في اليوم نفسه | في نفس اليوم |
    اليوم الموالي | اليوم التالي
""")
_UNIT = either("""
    day | week | weekend | month | quarter | semester | year | decade | century | spring | summer | autumn | winter |
    jour | semaine | week-end | mois | trimestre | semestre | année | an | exercice | décennie | siècle | printemps |
    été | automne | hiver |
    اليوم | الأسبوع | الشهر | السنة | العام | الفصل | العقد | القرن | الموسم | الربيع | الصيف | الخريف | الشتاء
""")
_WHICH_BEFORE = either("""
    last | next | this | past | previous | coming | current | following | same | earlier this | later this |
    ce | cet | cette | même | هذا | هذه | نفس
""")
_WHICH_AFTER = either("""
    dernier | dernière | prochain | prochaine | passé | passée | précédent | précédente | suivant | suivante |
    en cours | courant | courante | écoulé | écoulée |
    الماضي | الماضية | المقبل | المقبلة | القادم | القادمة | الجاري | الجارية | الحالي | الحالية | المنصرم | المنصرمة |
    الفارط | الفائت | الفائتة | السابق | السابقة | الموالي | الموالية | التالي | التالية | المنقضي | المنقضية |
    نفسه | نفسها
""")

_NUMBER = either("""
    a | an | one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | fifteen |
    eighteen | twenty | twenty-four | thirty | thirty-six | forty-five | sixty | ninety | a few | few | several |
    un | une | deux | trois | quatre | cinq | sept | huit | neuf | dix | onze | douze | quinze | dix-huit | vingt |
    vingt-quatre | trente | trente-six | quarante-cinq | soixante | quatre-vingt-dix | quelques | plusieurs |
    ثلاث | ثلاثة | أربع | أربعة | خمس | خمسة | ست | ستة | سبع | سبعة | ثمان | ثماني | ثمانية | تسع | تسعة | عشر | عشرة |
    اثنا عشر | اثني عشر | خمسة عشر | ثمانية عشر | عشرين | عشرون | ثلاثين | ثلاثون | ستين | ستون | تسعين | تسعون |
    بضع | بضعة | عدة
""")
_UNITS = either("""
    day | days | working days | business days | calendar days | week | weeks | month | months | quarter | quarters |
    year | years | decade | decades |
    jour | jours | jours ouvrables | jours ouvrés | jours calendaires | semaine | semaines | mois | trimestre |
    trimestres | semestre | semestres | an | ans | année | années |
    يوم | يوما | أيام | أسبوع | أسبوعا | أسابيع | شهر | شهرا | أشهر | شهور | سنة | سنوات | سنين | عام | عاما | أعوام
""")
_TWO = either("يومين | يومان | أسبوعين | أسبوعان | شهرين | شهران | سنتين | سنتان | عامين | عامان")
_ONE = either("يوم | أسبوع | شهر | سنة | عام")
_LENGTH_LEAD = either("""
    for | during | over | within | in | after | a period of | a term of | a duration of | duration |
    pour | pendant | durant | sur | dans | sous | après | depuis | il y a | d'ici | durée | une | une durée de |
    une période de | durée de | un délai de | les | the |
    لمدة | مدة | مدتها | مدته | خلال | طيلة | على مدى | بعد | قبل | منذ | في ظرف | داخل أجل | في أجل | لفترة
""")
_ONE_AFTER = either("لمدة | مدة | خلال | بعد | قبل | منذ | لفترة")
_AGO = either("""
    ago | later | earlier | before | after | plus tard | auparavant | avant | après | كاملة | فقط | خلت | مضت
""")
_LENGTH = (
    rf"(?:(?:{_NUMBER}|[0-9]{{1,3}})(?: ?\((?:{_NUMBER}|[0-9]{{1,3}})\))? {_UNITS}|{_TWO}|"
    rf"{_ONE} {either('واحدة | واحد | كاملة | كامل')}|{_ONE_AFTER} {_ONE})"
)

_FROM_WHERE = either("""
    upon | on | at | from | after | before | since | as of | as from | until | till | by | following | within |
    with | starting from | counting from | of |
    à | au | lors de | lors du | dès | à compter de | à compter du | à partir de | à partir du | après | avant |
    depuis | d'ici | jusqu'à | suivant |
    من | منذ | عند | بعد | قبل | في | ابتداء من | اعتبارا من | انطلاقا من | تبتدئ من | تسري من | فور | حين | بمجرد |
    إلى حين | إلى | حتى | إلى غاية | يوم
""")
_ARTICLE = either("the | its | their | being | le | la | l' | sa | son | leur | cette | ladite")
_DATE = either("""
    date | date of | day of | time of | moment of | date de | date d' | jour de | moment de | تاريخ | التاريخ | يوم
""")
_EVENT = either("""
    signature | signing | signed | entry into force | coming into force | effective date | conclusion | approval |
    ratification | notification | publication | adoption | launch | launching | completion | receipt | delivery |
    inauguration | end of the | start of the |
    entrée en vigueur | approbation | lancement | réception | livraison | achèvement | expiration | visa |
    fin du | fin de la | fin de l' | fin des |
    التوقيع | توقيع | توقيعها | توقيعه | دخول | دخولها | دخوله | المصادقة | مصادقة | التأشير | التأشيرة | الإعلان |
    النشر | نشر | نشرها | نشره | التبليغ | تبليغ | إبرام | إبرامها | انتهاء | انتهائها | انطلاق | إطلاق | افتتاح |
    تسلم | استلام | تدشين
""")
_OCCASION = either("""
    on the occasion of | at the occasion of | on the sidelines of | in the course of | at the ceremony | during the |
    à l'occasion de | à l'occasion du | à l'occasion d' | à l'occasion des | lors de | lors du | lors d' | lors des |
    au cours de | au cours du | au cours d' | en marge de | en marge du | en marge d' | en marge des |
    بمناسبة | على هامش | أثناء | خلال | تزامنا مع | بالتزامن مع | لدى
""")
_REMEMBERED = alone("""
    anniversary | commemoration | jubilee | anniversaire | commémoration | jubilé |
    ذكرى | الذكرى | للذكرى | بذكرى | عيد | اليوبيل
""")
_NTH = either("""
    first | second | third | fourth | fifth | première | deuxième | seconde | troisième | quatrième | cinquième
""")
_OF_YEARS = either("""
    year of | year after | year since | edition of | année de | année du | année d' | année des | édition de
""")


def is_not_stated(words: str) -> bool:
    """Whether it is blank, or says that the source is silent."""
    return not words or bool(_NOT_STATED.fullmatch(words))


def is_none(words: str) -> bool:
    """Whether it says that there is no such date, for good: «open-ended»."""
    return bool(_NONE.fullmatch(words))


def has_no_end(words: str) -> bool:
    """Whether a clause says, among other words, that there is no end.

    >>> has_no_end("it remains in force for an unlimited period"), has_no_end("three years")
    (True, False)
    """
    return bool(_FOR_GOOD.search(words))


def why_not(words: str) -> str:
    """The code of the reason why `words` are no date that can be kept, or blank."""
    if _UNSPECIFIED.fullmatch(words):
        return "unspecified"
    if _VAGUE.fullmatch(words):
        return "vague"
    return "renewal" if _RENEWAL.search(words) else ""


def is_relative(words: str) -> bool:
    """Whether it says when, but from a date that it does not say.

    >>> is_relative("hier"), is_relative("trois ans"), is_relative("signee a rabat")
    (True, True, False)
    """
    if re.search("[0-9]{4}", words):
        return False
    return bool(_REMEMBERED.search(words)) or any(form.fullmatch(words) for form in _forms())


def has_length(words: str) -> bool:
    """Whether a length of time is among the words: «trois ans à compter du 5 mai 2012»."""
    return bool(re.search(rf"(?<!\w){_LENGTH}(?!\w)", words))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    # Repetitions have an end, so that no input makes the patterns try all ways of parting it.
    gap = r"(?: |(?<='))"
    long_weekdays = either("|".join(each for each in weekdays() if len(each) > 4))
    one = rf"(?:{_UNIT}|{long_weekdays}|{any_month()})"
    part = rf"(?:{FIRST_PART}|{MIDDLE_PART}|{LAST_PART})"
    article = rf"(?:{_ARTICLE}{gap})?"
    lead = rf"(?:(?:{_FROM_WHERE}|{either('en | in | du | d' + chr(39) + ' | شهر')}){gap}){{0,2}}"
    which = rf"{article}(?:{_WHICH_BEFORE} {one}|{one} {_WHICH_AFTER})"
    length = rf"(?:{_LENGTH_LEAD} ){{0,3}}{_LENGTH}(?: (?:et|and|و) ?{_LENGTH}| و{_LENGTH})?"
    event = rf"{article}(?:{_DATE}{gap})?(?:{either('de | of')} )?{article}{_EVENT}(?:(?:[ ,]|(?<=')).*)?"
    return tuple(
        re.compile(form)
        for form in (
            rf"{lead}{_TODAY}",
            rf"{lead}{article}(?:{part}[ -]?)?(?:{either('of | de | du')} )?{which}",
            rf"{lead}{part} ?(?:{either('of | de | du')} ?)?{article}{_UNIT}",
            rf"{lead}{article}{long_weekdays}",
            rf"{length}(?: {_AGO})?",
            rf"{length} {_FROM_WHERE}{gap}{event}",
            rf"(?:{_FROM_WHERE}{gap})?{event}",
            rf"{_OCCASION}{gap}.{{2,}}",
            rf"{article}(?:[0-9]{{1,2}} ?(?:st|nd|rd|th|e|eme|er|re|ere)|{_NTH}) {_OF_YEARS}.+",
            rf"{either('السنة | الدورة')} .+",
        )
    )
