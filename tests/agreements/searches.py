"""What people type, and what they must and must not find: read it as a list, add to it when a search disappoints.

The registry it is asked of: the two agreements of the press and seven made for it, each under a short name.

aman       Aman (Qatar) and Bayti (Morocco), in English: training, awareness, research; yesterday.
amal       the regional coordination of Entraide nationale and the Al Amal centre, in French: caravans, diplomas; INDH.
almonds    the Amandier cooperative and a company with بيت, house, in its name; «un amalgame»; CONV/2012/45; Fès.
hope       the Amel league, with «l'amal (espoir)» in a clause; signed at Casablanca on an occasion of 2012.
names      Hassan Benjelloun of the Tadamoun network speaks; parties known by Arabic names alone.
ministry   a unit under the Ministry of Solidarity; programme «Tayssir»; 70% of the costs; 2020.
homes      Dar Al Atfal, whose words are in Arabic alone; the word work, العمل.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Search:
    """A query typed in `language`, why it is in the list, and the agreements it finds or must not find."""

    language: str
    words: str
    why: str
    finds: frozenset[str]
    leaves: frozenset[str]


def search(language: str, words: str, why: str, finds: str, leaves: str = "") -> Search:
    return Search(language, words, why, frozenset(finds.split()), frozenset(leaves.split()))


ENGLISH = [
    search("en", "Bayti", "short name of a party", "aman", "almonds amal"),
    search("en", "bayti", "small letters", "aman", "almonds"),
    search("en", "BAYTI", "capitals", "aman", "almonds"),
    search("en", "Beyti", "another spelling of the same name", "aman", "almonds"),
    search("en", "Baiti", "a third spelling", "aman", "almonds"),
    search("en", "Aman", "a party, not the almond tree that begins like it", "aman", "almonds amal"),
    search("en", "Amane", "the French spelling of Aman", "aman", "almonds"),
    search("en", "Aman's director", "apostrophe typed", "aman", "amal"),
    search("en", "Aman’s director", "apostrophe printed", "aman", "amal"),
    search("en", "Aman‘s director", "apostrophe turned round", "aman", "amal"),
    search("en", "Al Amal", "article and name", "amal", "almonds homes aman"),
    search("en", "al-amal", "with a hyphen", "amal", "almonds homes aman"),
    search("en", "alamal", "in one word", "amal", "almonds homes aman"),
    search("en", "Elmansouri", "a person who speaks", "amal", "aman names"),
    search("en", "El Mansouri", "the same name in two words", "amal", "aman names"),
    search("en", "Mansouri", "without the article", "amal", "aman names"),
    search("en", "Mohammed", "a first name, doubled letter", "amal", "aman"),
    search("en", "Mohamed", "a first name", "amal", "aman"),
    search("en", "campaigns", "plural of the clause", "aman", "amal"),
    search("en", "campaign", "singular of a plural", "aman", "amal"),
    search("en", "training", "a clause of each", "aman amal", "almonds"),
    search("en", "medical caravan", "two words, in one clause", "amal", "aman almonds"),
    search("en", "caravans Zehrach", "a clause and a person", "amal", "aman"),
    search("en", "Qatar Foundation", "the parent of a party", "aman", "amal"),
    search("en", "ministry", "the body above the unit that is party", "ministry", "amal aman"),
    search("en", '"social protection"', "words next to each other", "aman amal", "almonds homes"),
    search(
        "en", '"protection social"', "the same words the other way round are another phrase", "", "aman amal"
    ),
    search("en", "protection rehabilitation", "words of different facts", "aman", "amal almonds"),
    search("en", "MQ-{aman}", "the registry's number", "aman", "amal almonds hope"),
    search("en", "mq-{amal}", "the number in small letters", "amal", "aman almonds hope"),
    search("en", "CONV/2012/45", "the parties' reference", "almonds", "hope aman"),
    search("en", "CONV/2012", "a part of the reference, whole numbers", "almonds", "hope"),
    search("en", "2012", "a year stands for itself", "almonds hope", "ministry aman"),
    search("en", "201", "and a number never for longer ones", "", "almonds hope ministry"),
    search("en", "70%", "a sign counts", "ministry", "aman amal almonds"),
    search("en", "7_%", "and is no pattern", "", "ministry aman"),
    search("en", "Casablanca", "place of signature", "hope", "amal aman"),
    search("en", "Casablanka", "a slip in a place", "hope", "amal aman"),
    search("en", "assosiation", "a slip of the pen", "aman amal", "hope"),
    search("en", "protecsion", "another", "aman amal", "almonds"),
    search("en", "rehabiltation", "a letter left out", "aman", "amal"),
    search("en", "Hasan Benjeloun", "single for double letters", "names", "aman amal"),
    search("en", "the of and", "nothing but little words: whoever says all of them", "aman", "homes"),
    search("en", "exemptio", "the beginning of a word, where no word is it", "amal", "almonds"),
    search("en", "zebra", "what nobody says", "", "aman amal almonds hope names ministry homes"),
    search("en", "Amam", "a short word is not guessed at", "", "aman amal hope"),
    search("en", "Jane Sample", "a byline is no part of the text", "", "aman"),
]

FRENCH = [
    search("fr", "l'INDH", "élision, apostrophe droite", "amal", "aman ministry"),
    search("fr", "l’INDH", "élision, apostrophe courbe", "amal", "aman ministry"),
    search("fr", "d'INDH", "une autre élision du même mot", "amal", "aman ministry"),
    search("fr", "L’Entraide", "élision et capitale", "amal", "aman"),
    search("fr", "ENTRAIDE nationale", "capitales", "amal", "aman"),
    search("fr", "entriade", "lettres interverties", "amal", "aman"),
    search("fr", "entraid", "début d'un mot", "amal", "aman"),
    search("fr", "précarité", "avec ses accents", "amal", "aman"),
    search("fr", "precarite", "sans accents", "amal", "aman"),
    search("fr", "PRÉCARITÉ", "capitales accentuées", "amal", "aman"),
    search("fr", "pre\u0301carite\u0301", "accents combinés", "amal", "aman"),
    search("fr", "précaritée", "une lettre de trop", "amal", "aman"),
    search("fr", "7eme année", "un nombre et un mot", "amal", "aman hope"),
    search("fr", "7ème annee", "l'accent à l'autre mot", "amal", "aman hope"),
    search("fr", "les formations", "un petit mot que PostgreSQL ne tait pas", "amal", "almonds"),
    search("fr", "formation", "le singulier d'un pluriel", "amal aman", "almonds"),
    search("fr", "diplôme", "le singulier, accentué", "amal", "aman"),
    search("fr", "diplomes", "le pluriel, sans accent", "amal", "aman"),
    search("fr", "caravane médicale", "le singulier de deux mots", "amal", "aman"),
    search("fr", "«caravanes médicales»", "une suite de mots", "amal", "aman"),
    search("fr", "«médicales caravanes»", "la même à l'envers n'y est pas", "", "amal"),
    search("fr", "douane", "un avantage, pas un engagement", "amal", "aman"),
    search("fr", "droits de douane", "avec un petit mot au milieu", "amal", "aman"),
    search("fr", "amandier", "l'arbre, pas le centre Aman", "almonds", "aman"),
    search("fr", "amalgame", "un autre mot que l'association", "almonds", "amal hope"),
    search(
        "fr",
        "amal",
        "l'association et le mot qui veut dire espoir, pas l'amalgame",
        "amal hope",
        "almonds homes",
    ),
    search("fr", "espoir", "le mot lui-même", "hope", "amal"),
    search("fr", "Zehrach", "le président qui parle", "amal", "aman"),
    search("fr", "Abdelfatah", "le prénom en un mot", "amal", "aman"),
    search("fr", "Abd Elfattah", "le prénom en deux mots, lettre doublée", "amal", "aman"),
    search("fr", "Lmalih", "l'article écrit dans le nom", "aman", "amal"),
    search("fr", "Al-Ishaq", "l'article et le trait d'union", "aman", "amal"),
    search("fr", "Abdelaziz", "écrit Abdulaziz à la source", "aman", "amal"),
    search("fr", "Rabat", "un lieu", "amal", "aman hope"),
    search("fr", "Fès", "lieu de signature accentué", "almonds", "aman amal"),
    search("fr", "fes", "sans accent", "almonds", "aman amal"),
    search("fr", "Tayssir", "un programme", "ministry", "amal aman"),
    search("fr", "Taysir", "le programme, lettre simple", "ministry", "amal aman"),
    search("fr", "Tadamoun", "une partie connue par son nom arabe", "names", "amal aman"),
    search("fr", "Solidarité", "l'organisation au-dessus d'une partie", "ministry", "aman"),
    search("fr", "enfance cœur", "deux mots, dont l'un nulle part ici", "", "aman amal"),
    search("fr", "coeur", "la ligature défaite", "hope", "aman amal"),
    search("fr", "cœur", "la ligature", "hope", "aman amal"),
    search("fr", "façade", "la cédille", "hope", "aman"),
    search("fr", "facade", "sans cédille", "hope", "aman"),
    search("fr", "l%INDH", "un signe n'est pas un joker", "", "amal"),
    search("fr", "Entraide internationale", "un mot voisin n'est pas le mot", "", "amal aman"),
    search("fr", "Agadir", "un titre voisin n'est pas le texte", "", "amal aman"),
    search("fr", "place marché emploi", "trois mots d'une même déclaration", "amal", "aman"),
]

ARABIC = [
    search("ar", "أمان", "اسم طرف", "aman", "almonds amal"),
    search("ar", "امان", "بلا همزة", "aman", "almonds amal"),
    search("ar", "أَمَان", "بالتشكيل", "aman", "almonds amal"),
    search("ar", "أمــان", "بالتطويل", "aman", "almonds amal"),
    search("ar", "بيتي", "الاسم المختصر لطرف", "aman", "amal"),
    search("ar", "بيت", "كلمة وصيغتها: بيتي", "almonds aman", "amal"),
    search("ar", "الأمل", "اسم بأداة التعريف", "amal", "homes almonds"),
    search("ar", "أمل", "بلا أداة التعريف", "amal", "homes almonds"),
    search("ar", "الامل", "بلا همزة", "amal", "homes almonds"),
    search("ar", "والأمل", "بواو العطف", "amal", "homes almonds"),
    search("ar", "العمل", "كلمة العمل ليست الأمل", "homes", "amal"),
    search("ar", "المنصوري", "شخص متكلم", "amal", "aman names"),
    search("ar", "منصوري", "بلا أداة التعريف", "amal", "aman names"),
    search("ar", "محمد", "اسم شخصي", "amal", "aman"),
    search("ar", "مُحَمَّد", "بالتشكيل", "amal", "aman"),
    search("ar", "زهراش", "اسم عائلي", "amal", "aman"),
    search("ar", "عبد الفتاح", "اسم مركب", "amal", "aman"),
    search("ar", "عبدالفتاح", "اسم مركب في كلمة واحدة", "amal", "aman"),
    search("ar", "حسن بنجلون", "شخص كتب اسمه باللاتينية وحدها", "names", "aman amal"),
    search("ar", "حسين", "اسم آخر غير حسن", "", "names amal"),
    search("ar", "التعاون الوطني", "منظمة أم", "amal", "almonds"),
    search("ar", "«التعاون الوطني»", "اسم المنظمة لا الكلمتان متفرقتين", "amal", "aman"),
    search("ar", "المؤسسة القطرية", "منظمة أم أخرى", "aman", "amal"),
    search("ar", "مؤسسات", "جمع مؤسسة", "aman amal", "almonds"),
    search("ar", "مؤسسه", "هاء مكان التاء المربوطة", "aman", "almonds"),
    search("ar", "اتفاقيات", "جمع اتفاقية", "aman amal", "almonds"),
    search("ar", "إتفاقية", "همزة زائدة", "aman amal", "almonds"),
    search("ar", "اتفاقيه", "هاء مكان التاء", "aman amal", "almonds"),
    search("ar", "حماية", "وردت باللام: لحماية", "aman", "almonds"),
    search("ar", "الحمايه الاجتماعيه", "هاءان مكان تاءين", "aman amal", "almonds"),
    search("ar", "ثقافية", "وردت بالواو: وثقافية", "amal", "aman"),
    search("ar", "قوافل طبية", "التزام", "amal", "aman"),
    search("ar", "قوافل طبيه", "هاء مكان التاء", "amal", "aman"),
    search("ar", "«قوافل طبية»", "عبارة كما هي", "amal", "aman"),
    search("ar", "«طبية قوافل»", "العبارة معكوسة ليست فيها", "", "amal"),
    search("ar", "شراكه", "هاء مكان التاء", "amal", "almonds"),
    search("ar", "بالرباط", "مكان بحرف الجر", "amal", "aman"),
    search("ar", "الرباط", "مكان", "amal", "aman"),
    search("ar", "فاس", "مكان كتب باللاتينية وحدها لا يعرف بلا ترجمة", "", "aman amal"),
    search("ar", "٢٠١٢", "أرقام مشرقية", "almonds hope", "ministry"),
    search("ar", "۲۰۱۲", "أرقام فارسية", "almonds hope", "ministry"),
    search("ar", "٢٠١", "الرقم لا يكون بداية رقم", "", "almonds hope"),
    search("ar", "تيسير", "برنامج كتب باللاتينية", "ministry", "amal aman"),
    search("ar", "التضامن", "طرف باسم عربي وحده", "names", "aman amal"),
    search("ar", "الأطفال", "كلمة من الاتفاقيتين", "aman homes", "almonds"),
    search("ar", "اطفال", "بلا همزة ولا أداة", "aman homes", "almonds"),
    search("ar", "مصطفي", "ياء مكان الألف المقصورة", "homes", "amal aman"),
    search("ar", "المنصوروي", "خطأ في الكتابة", "amal", "aman"),
    search("ar", "الحمابة", "حرف مكان حرف", "aman amal", "almonds"),
    search("ar", "كركدن", "ما لا يقوله أحد", "", "aman amal almonds hope names ministry homes"),
]

SEARCHES = [*ENGLISH, *FRENCH, *ARABIC]

# What is offered when nothing is found: (typed, offered).
NEAREST = [
    ("Amam", "Amal"),
    ("Entrrridde nationale", "entraide nationale"),
    ("Casavlamga", "Casablanca"),
    ("zebra", None),
]
