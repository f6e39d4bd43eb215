"""The words that texts about agreements use, in English, French and Arabic: all the rules know of the languages.

Words stand as they are written, parted by |; case, accents and apostrophes make no difference. A verb that is not here
proposes nothing: adding one to its row is all it takes.
"""

from lib.expressions.words import alone, either

# Verbs of undertaking, with the word that opens what is undertaken. «will» and «shall» count with a party before them.

UNDERTAKES = {
    "en": {
        "to": """
            undertakes | undertake | commits | commit | commits itself | commit themselves | agrees | agree | agreed |
            have agreed | has agreed | pledges | pledge | promises | promise | are committed | is committed | engages |
            has undertaken | have undertaken | have committed | has committed | have pledged | has pledged
        """,
    },
    "fr": {
        "a": """
            s'engage | s'engagent | s'engagera | s'engageront | s'est engagé | s'est engagée | se sont engagés |
            se sont engagées | s'oblige | s'obligent | veillera | veilleront | s'attachera | s'attacheront |
            consent | consentent | contribuera | contribueront | est tenu | est tenue | sont tenus | sont tenues
        """,
        "de": """
            promet | promettent | a promis | ont promis | se charge | se chargent | se chargera | se chargeront |
            accepte | acceptent | convient | conviennent | sont convenus | sont convenues | se propose | se proposent |
            s'efforcera | s'efforceront
        """,
        "pour": "se mobilise | se mobilisent | se mobilisera | se mobiliseront | œuvrera | œuvreront",
    },
    "ar": {
        "ب": """
            يلتزم | تلتزم | يلتزمان | تلتزمان | يلتزمون | التزم | التزمت | سيلتزم | ستلتزم | يتعهد | تتعهد | يتعهدان |
            تتعهدان | تعهد | تعهدت | سيقوم | ستقوم | يقوم | تقوم | يتكفل | تتكفل | سيتكفل | ستتكفل
        """,
        "على": "اتفق | اتفقت | يتفق | يعمل | تعمل | سيعمل | ستعمل | يسهر | تسهر | سيسهر | ستسهر",
        "": "سيتولى | ستتولى | يتولى | تتولى | يتحمل | تتحمل",
    },
}

# After «shall» and «will» these say how things are or come about, not what somebody does.
NO_DEED = alone("""
    be | have | enter into force | enter | apply | remain | cease | mean | benefit | not | allow | enable | help |
    become | expire | terminate | replace | consist | include | continue | depend | gain | contribute to the realization
""")
# A French future: what it must not be is told first, for those verbs tell no deed.
FUTURE = (
    r"(?<![\w'])(?!(?:sera|seront|aura|pourra|permettra|entrera|restera|beneficiera|produira|constituera|cessera|demeurera)\b)"
    r"(?:\w{2,}(?:era|eront|ira|iront|dra|dront|tra|tront))(?!\w)"
)

JOINT = {
    "en": either("""
        the two parties | both parties | the parties | the contracting parties | the two contracting parties |
        both sides | the two sides | each contracting party | each party | the two organizations | the two governments |
        the signatories | both governments | the two institutions
    """),
    "fr": either("""
        les deux parties | les parties | les parties contractantes | les deux parties contractantes | chaque partie |
        chacune des parties | chacune des deux parties | les deux gouvernements | les deux organismes |
        les signataires | les parties signataires | chaque partie contractante | les deux institutions
    """),
    "ar": either("""
        الطرفان | الطرفين | الجانبان | الجانبين | الأطراف | الطرفان المتعاقدان | كلا الطرفين | كل طرف |
        المؤسستان | الشريكان
    """),
}
PRONOUN = {
    "en": either("it | they | he | she"),
    "fr": either("il | elle | ils | elles | celui-ci | celle-ci"),
    "ar": either("هو | هي | هما"),
}
AS_TO = {
    "en": either("as for | as to"),
    "fr": either("quant à | quant au | quant aux"),
    "ar": either("أما"),
}

# What two or more things are joined with.
BESIDES = {
    "en": either("in addition to | as well as | besides | along with"),
    "fr": either("ainsi que | en plus de | outre | de même que"),
    "ar": either("بالإضافة إلى | إضافة إلى | فضلا عن | علاوة على | إلى جانب | وكذا | وكذلك"),
}
PURPOSE = {
    "en": either("aimed at | in order to | so as to | so that | with a view to | with the aim of"),
    "fr": either("afin de | afin d' | en vue de | en vue d' | dans le but de | de manière à | visant à"),
    "ar": either("بهدف | من أجل | قصد | بغية | بغرض | وذلك من أجل"),
}

# Arabic verbal nouns: what an undertaking or an aim begins with.
MASDAR = (
    "(?:(?:ال)?(?:"
    + either("""
        إعداد | إنجاز | إحداث | إشراك | مواكبة | مساهمة | دعم | وضع | ضمان | منح | تبادل | اقتناء | بناء | استقبال |
        رصد | صرف | قيام | توعية | تعبئة | مشاركة | تعاون |
        تربية | تنمية | محاربة | مكافحة | حماية | إدماج | إرسال | إصلاح |
        نشر | فتح | رفع | نقل | عقد | توفير | رعاية | استفادة | تقوية | مساعدة | إعطاء | إيواء | كفالة | تهيئة
    """)
    + r"|ت\w{2,3}ي\w))(?:ها|هم|هن|ه)?(?!\w)"
)

# What the agreement is for.
AIMS = {
    "en": {
        "to": """
            aims | aim | aimed | seeks | seek | is intended | is designed | wish | wishes | purports | desiring |
            desirous | intends
        """
    },
    "fr": {
        "a": "vise | visent | visant | tend | consiste",
        "de": """
            a pour objet | a pour objectif | a pour but | ont pour objet | ont pour but | a pour objectifs | désireux |
            désireuses | a pour finalité | chargée | chargé
        """,
        "": "entend | entendent",
    },
    "ar": {"إلى": "تهدف | يهدف | يهدفان | ترمي | يرمي | تسعى | يسعى", "": "تروم | يروم | تتوخى | يتوخى"},
}
AGREEMENT = alone("""
    agreement | memorandum | partnership | convention | accord | protocole | protocol | partenariat | mémorandum |
    الاتفاقية | اتفاقية | الاتفاق | المذكرة | مذكرة | الشراكة | البروتوكول
""")
CREATED = alone("il est créé | est créée | est créé | is hereby established | is established | تحدث")
PRINCIPLE = alone("""
    based on | resting on | founded on | fondé sur | fondée sur | basé sur | basée sur | reposant sur | استنادا إلى |
    انطلاقا من مبدأ
""")

# What people say.
SAYS = {
    "en": """
        said | says | stressed | stresses | added | underlined | explained | noted | declared | stated | highlighted |
        affirmed | emphasized | emphasised | announced | pointed out | welcomed | praised | recalled
    """,
    "fr": """
        a indiqué | a mis en avant | a souligné | a déclaré | a affirmé | a précisé | a ajouté | a rappelé |
        a expliqué | a fait savoir | s'est félicité | s'est félicitée | s'est réjoui | s'est réjouie | a relevé |
        a noté | a assuré | a salué | a estimé | a annoncé | voit dans | estime que | a fait remarquer | a insisté
    """,
    "ar": """
        قال | قالت | أكد | أكدت | أوضح | أوضحت | صرح | صرحت | أضاف | أضافت | أشار | أشارت | أبرز | أبرزت | شدد |
        شددت | اعتبر | اعتبرت | ذكر | ذكرت | نوه | نوهت | أعلن | أعلنت
    """,
}
THAT = {"en": alone("that"), "fr": alone("que | qu'"), "ar": alone("أن | إن | بأن | أنه | أنها")}
ACCORDING_TO = {
    "en": either("according to"),
    "fr": either("selon | d'après"),
    "ar": either("حسب | وفقا ل | بحسب"),
}
SAID_AFTER = {
    "en": r", (?:he|she|they) (?:said|added|stressed|noted|explained|stated)",
    "fr": r", (?:(?:a-t-(?:il|elle|on)|ont-ils|ont-elles) \w+|(?:souligne|precise|indique|ajoute)-t-(?:il|elle))",
    "ar": r"[,،] (?:حسب|كما) (?:قوله|قولها|قال|قالت|اضاف|اضافت)",
}
TITLES = {
    "en": """
        director | president | chair | chairman | chairwoman | chairperson | secretary general | coordinator | head |
        minister | manager | governor | ambassador | mayor | delegate | executive director | general director |
        director general | representative | ceo
    """,
    "fr": """
        directeur | directrice | président | présidente | coordinateur | coordinatrice | coordonnateur |
        coordonnatrice | secrétaire général | secrétaire générale | ministre | gouverneur | ambassadeur |
        ambassadrice | délégué | déléguée | responsable | représentant | représentante | chef | maire | wali
    """,
    "ar": """
        مدير | مديرة | رئيس | رئيسة | منسق | منسقة | المدير | المديرة | الرئيس | الرئيسة | المنسق | المنسقة | وزير |
        وزيرة | الكاتب العام | الكاتبة العامة | المندوب | المندوبة | مندوب | مندوبة | عامل | والي | السفير | سفير
    """,
}

# Claims of what an agreement brings.
CLAIMS = {
    "en": alone(
        "will benefit | benefits | stand to gain | will allow | will enable | will help | is a guarantee"
    ),
    "fr": alone("""
        constitue une garantie | constitue un atout | constitue une opportunité | permettra | permettront |
        bénéficiera | bénéficieront
    """),
    "ar": alone("ستمكن | سيمكن | ستسمح | تشكل ضمانة | يشكل ضمانة | تعد ضمانة | ستستفيد | سيستفيد"),
}
ADVANTAGES = {
    "en": alone("advantages | benefits"),
    "fr": alone("avantages | avantage | atouts"),
    "ar": alone("مزايا | امتيازات | مكاسب"),
}
NOTABLY = {
    "en": alone("notably | including | in particular | such as | among them"),
    "fr": alone("notamment | entre autres | en particulier | dont | tels que | à savoir"),
    "ar": alone("منها | من بينها | خاصة | لا سيما | من ضمنها"),
}

# Organizations: the noun their names begin with, and the kind it tells. «-» where it tells none.
BODIES = {
    "en": {
        "centre": "center | centre",
        "association": "association | society",
        "ngo": "non-governmental organization | ngo",
        "foundation": "foundation",
        "ministry": "ministry",
        "unit": "regional office | branch | department | delegation | directorate | regional coordination",
        "local_authority": "municipality | city council | commune | regional council",
        "international": "international organization",
        "company": "company | corporation",
        "research": "university | institute | school",
        "-": """
            government | kingdom | republic | sultanate | state | agency | office | council | federation | network |
            organization | fund | committee | authority | union | league | bank | hospital
        """,
    },
    "fr": {
        "centre": "centre",
        "association": "association | amicale",
        "ngo": "organisation non gouvernementale | ong",
        "foundation": "fondation",
        "ministry": "ministère",
        "unit": """
            coordination régionale | coordination provinciale | coordination | délégation provinciale |
            délégation régionale | délégation | direction régionale | direction provinciale | antenne | section
        """,
        "local_authority": """
            commune | conseil régional | conseil provincial | conseil communal | municipalité | préfecture
        """,
        "international": "organisation internationale",
        "company": "société | entreprise",
        "research": "université | institut | école | faculté",
        "-": """
            espace associatif | espace | gouvernement | royaume | république | état | agence | office | conseil |
            fédération | réseau | organisation | fonds | union | ligue | banque | hôpital | académie | caisse |
            observatoire | croissant-rouge | entraide
        """,
    },
    "ar": {
        "centre": "مركز | المركز",
        "association": "جمعية | الجمعية",
        "ngo": "منظمة غير حكومية",
        "foundation": "مؤسسة محمد الخامس | مؤسسة خيرية",
        "ministry": "وزارة | الوزارة",
        "unit": """
            المنسقية الجهوية | المنسقية | المندوبية الإقليمية | مندوبية | المندوبية | المديرية الجهوية |
            المديرية
        """,
        "local_authority": "جماعة | الجماعة | مجلس جهة | المجلس الإقليمي | المجلس الجماعي | عمالة | إقليم",
        "company": "شركة | الشركة",
        "research": "جامعة | الجامعة | معهد | المعهد | كلية | مدرسة",
        "-": """
            مؤسسة | المؤسسة | منظمة | المنظمة | وكالة | الوكالة | مكتب | المكتب | صندوق | شبكة | الشبكة | فضاء |
            الفضاء | التعاون الوطني | حكومة | الحكومة | مجلس | المجلس |
            اتحاد | الاتحاد | رابطة | فدرالية | أكاديمية | الأكاديمية
        """,
    },
}
STATES = either("""
    government | kingdom | republic | sultanate | gouvernement | royaume | république | sultanat
""")
COUNTRIES = {
    "MA": "moroccan | marocain | marocaine | المغربية | مغربية | المغربي",
    "TN": "tunisian | tunisien | tunisienne | التونسية | تونسية",
    "DZ": "algerian | algérien | algérienne | الجزائرية | جزائرية",
    "FR": "french | français | française | الفرنسية | فرنسية",
    "QA": "qatari | qatarien | qatarienne | القطرية | قطرية",
    "ES": "spanish | espagnol | espagnole | الإسبانية | إسبانية",
    "BE": "belgian | belge | البلجيكية | بلجيكية",
}
RUN_BY = {
    "en": either("run by | operated by | managed by"),
    "fr": either("géré par | gérée par | dirigé par | animé par"),
    "ar": either("تديره | تديرها | التابع ل | التابعة ل"),
}

PROGRAMME = {
    "en": either(
        "under the | within the framework of the | in the framework of the | as part of the | within the"
    ),
    "fr": either("""
        qui s'inscrit dans le cadre de | s'inscrivant dans le cadre de | dans le cadre de | dans le cadre du |
        placé sous | placée sous | au titre de
    """),
    "ar": either("في إطار | ضمن | تندرج في إطار | التي تندرج في إطار"),
}
PROGRAMMES = {
    "en": either("initiative | programme | program | strategy | plan"),
    "fr": either("initiative | programme | stratégie | plan | chantier"),
    "ar": either("المبادرة | مبادرة | البرنامج | برنامج | الاستراتيجية | المخطط"),
}
OCCASION = {
    "en": either("on the occasion of | during the celebration of | on the sidelines of"),
    "fr": either("à l'occasion de | à l'occasion du | en marge de | en marge du"),
    "ar": either("بمناسبة | على هامش"),
}
SIGNED = {
    "en": either("signed | sign | signs | concluded | have signed | has signed | inked | entered into"),
    "fr": either(
        "a signé | ont signé | signent | signe | a conclu | ont conclu | viennent de signer | vient de signer"
    ),
    "ar": either("وقع | وقعت | وقعا | أبرم | أبرمت | يوقع | توقع | وقعوا"),
}
PARTIES_ARE = {
    "en": alone("its parties are | the parties are"),
    "fr": alone("les parties sont | ses parties sont"),
    "ar": alone("الطرفان هما | طرفاها هما"),
}
SIGNED_IT = {
    "en": alone("signed"),
    "fr": alone("signé | signée | signées | signés | conclue | conclu"),
    "ar": alone("الموقعة | الموقع | تم توقيع | توقيع | وقعت | وقع"),
}
AGREED_AS_FOLLOWS = alone("""
    have agreed as follows | agree as follows | sont convenus | sont convenues | ont convenu |
    ont décidé de conclure | ont arrêté ce qui suit | اتفقا على ما يلي | اتفقوا على ما يلي | تم الاتفاق على ما يلي
""")
# Another agreement is spoken of, not this one.
EARLIER = alone("""
    recalling | se référant | considérant | convention culturelle | concluded on | the agreement between | استحضارا
""")
DONE_AT = {
    "en": either("done at | done in duplicate at | signed in | signed at"),
    "fr": either("fait à | signé à | signée à"),
    "ar": either("حرر ب | حرر في | وقعت بمدينة | بمدينة"),
}
EXPERIENCE = {
    "en": r"with \d+ years? of experience",
    "fr": r"(?:avec|forte? de) \d+ an(?:s|nees) d'experience",
    "ar": r"(?:ب)?خبره \d+ سن\w+",
}
FIELD = {
    "en": either("interested in | working in | specialised in | specialized in | active in"),
    "fr": either("active dans | actif dans | spécialisée dans | spécialisé dans | œuvrant dans"),
    "ar": either("تعنى ب | تهتم ب | تنشط في | تعمل في مجال"),
}
MANDATE = {
    "en": either("deals with the | deals with | works for the | is in charge of the | is in charge of"),
    "fr": either("s'occupe de la | s'occupe de | est chargé de | est chargée de | œuvre pour"),
    "ar": either("يعنى ب | تعنى ب | يتولى"),
}
LEGAL_FORM = alone("""
    non-governmental non-profit | non-governmental | non-profit | à but non lucratif | non gouvernementale |
    غير حكومية | غير ربحية
""")
