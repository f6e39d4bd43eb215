"""The words that a text has for the terms of the vocabularies, in English, French and Arabic.

Beside them count the labels that the registry gives its own terms. Spelled as in `tables`.
"""

from lib.expressions.words import either

KINDS = {
    "en": {
        "cooperation_agreement": """
            cooperation agreement | agreement of cooperation | agreement on economic and technological
            cooperation
        """,
        "partnership_agreement": "partnership agreement | partnership convention | agreement of partnership",
        "framework_agreement": "framework agreement",
        "specific_agreement": "specific agreement",
        "memorandum_of_understanding": "memorandum of understanding | mou",
        "funding_agreement": "funding agreement | financing agreement | grant agreement",
        "amendment": "amendment to the agreement",
    },
    "fr": {
        "cooperation_agreement": """
            accord de coopération | convention de coopération | protocole de coopération
        """,
        "partnership_agreement": """
            convention de partenariat | accord de partenariat | conventions de partenariat
        """,
        "framework_agreement": "convention-cadre | convention cadre | accord-cadre | accord cadre",
        "specific_agreement": "convention spécifique",
        "memorandum_of_understanding": "mémorandum d'entente | protocole d'entente | protocole d'accord",
        "funding_agreement": "convention de financement | accord de financement",
        "amendment": "avenant",
    },
    "ar": {
        "cooperation_agreement": "اتفاقية تعاون | اتفاقية للتعاون | اتفاق تعاون | اتفاقية التعاون",
        "partnership_agreement": "اتفاقية شراكة | اتفاقية الشراكة | اتفاقية للشراكة | شراكة وتعاون",
        "framework_agreement": "اتفاقية إطار | الاتفاقية الإطار",
        "specific_agreement": "اتفاقية خاصة",
        "memorandum_of_understanding": "مذكرة تفاهم | مذكرة التفاهم",
        "funding_agreement": "اتفاقية تمويل",
        "amendment": "ملحق الاتفاقية | ملحق للاتفاقية",
    },
}

COMMITMENTS = {
    "en": {
        "medical_caravan": "medical caravan | medical caravans",
        "certification": "diploma | diplomas | certificate | certificates | certification",
        "access_to_training": "access to training | access to courses",
        "awareness_campaign": """
            awareness campaign | awareness campaigns | campaigns to raise awareness | awareness-raising
        """,
        "human_resources": "human resources | human means | secondment | second staff | appoint the staff",
        "workshop": "workshop | workshops",
        "training": "training | courses | training courses | courses of training | training sessions",
        "research": "scientific research | research projects | research",
        "event": """
            joint events | common activities | events | exhibitions | concerts | conferences | symposia | seminars |
            open day | open days
        """,
        "equipment": "equipment | premises | computers | vehicles",
        "funding": """
            funding | funds | finance | contribute to the costs | financial contribution | grant | pay
        """,
        "data_sharing": "exchange of information | data | share data | inform each other | exchange of data",
        "service": "counselling | care | return programmes | services | legal aid",
    },
    "fr": {
        "medical_caravan": "caravane médicale | caravanes médicales",
        "certification": """
            des diplômes | diplômes de | diplômes aux | diplôme de | certificat | certificats | attestations
        """,
        "access_to_training": r"accès à la formation | accès aux formations",
        "awareness_campaign": """
            campagne de sensibilisation | campagnes de sensibilisation | sensibiliser | sensibilisation
        """,
        "human_resources": """
            moyens humains | ressources humaines | mise à disposition de personnel | échange de personnel
        """,
        "workshop": "atelier | ateliers",
        "training": "formation | formations | former | sessions de formation | stages",
        "research": "recherche scientifique | recherches | recherche",
        "event": """
            expositions | concerts | conférences | événement | événements | manifestations | journée portes
            ouvertes | colloques
        """,
        "equipment": "équipement | équipements | locaux | matériel | équiper",
        "funding": """
            financement | financer | contribuer au budget | subvention | contribution financière | bourses
            d'études | verser
        """,
        "data_sharing": "échange d'informations | données | échange de données",
        "service": "prise en charge | accompagnement | services | soins | hébergement",
    },
    "ar": {
        "medical_caravan": "قافلة طبية | قوافل طبية | القوافل الطبية",
        "certification": "شهادات | شهادة | دبلومات | دبلوم",
        "access_to_training": "الاستفادة من التكوين | الولوج إلى التكوين | الاستفادة من دورات تكوينية",
        "awareness_campaign": """
            حملات توعية | حملة توعية | حملات تحسيسية | حملة تحسيسية | حملات التوعية | حملات التحسيس
        """,
        "human_resources": "موارد بشرية | الموارد البشرية | أطر مؤهلة",
        "workshop": "ورشات | ورشة | ورش",
        "training": "تكوين | تدريب | دورات تكوينية | دورات تدريبية | بتكوين | بتدريب | تكوينات",
        "research": "بحث علمي | البحث العلمي | أبحاث | بحوث",
        "event": "تظاهرات | تظاهرة | ندوات | ندوة | ملتقيات | أنشطة مشتركة | معارض | أيام مفتوحة",
        "equipment": "تجهيز | تجهيزات | مقر | معدات | بتجهيز | حواسيب | سيارة",
        "funding": "تمويل | بتمويل | دعم مالي | الدعم المالي | منحة | مساهمة مالية | غلاف مالي",
        "data_sharing": "تبادل المعطيات | تبادل المعلومات | المعطيات",
        "service": "خدمات | الاستشارة القانونية | رعاية | الرعاية | المواكبة النفسية | المواكبة | استقبال",
    },
}
# «associer l'association aux formations»: to let somebody in, not to train.
LETS_IN = {
    "en": r"(?:open|associate|admit|give)\b.{3,80}?(?:to|access to).{0,30}\btraining",
    "fr": r"(?:associer|ouvrir|admettre|inviter)\b.{3,80}?\bformations?\b",
    "ar": r"(?:اشراك|فتح).{3,80}?(?:التكوين|تكوينيه|التدريب)",
}

THEMES = {
    "en": {
        "child_protection": """
            social protection of children | child protection | children's social protection | protection of
            children
        """,
        "precariousness": "precariousness | poverty",
        "marginalization": "marginalization | marginalisation | social exclusion",
        "training_employment": "employment | professional integration | vocational training",
        "education": "education | schooling | school dropout",
        "health": "health",
        "women": "protection of women | women's rights | violence against women",
        "disability": "disability | persons with disabilities",
        "older_persons": "older persons | the elderly",
        "family": "family protection | families",
        "migration": "migration",
        "research": "scientific research",
    },
    "fr": {
        "child_protection": """
            protection sociale de l'enfance | protection de l'enfance | protection des enfants
        """,
        "precariousness": "précarité | pauvreté",
        "marginalization": "marginalisation | exclusion sociale",
        "training_employment": "insertion professionnelle | emploi | formation professionnelle",
        "education": "éducation | enseignement | scolarisation | déperdition scolaire",
        "health": "santé",
        "women": "protection des femmes | droits des femmes | violences faites aux femmes",
        "disability": "handicap",
        "older_persons": "personnes âgées",
        "family": "protection de la famille | famille",
        "migration": "migration",
        "research": "recherche scientifique",
    },
    "ar": {
        "child_protection": "حماية الطفولة | الحماية الاجتماعية للطفولة | حماية الأطفال | حماية الأطفال",
        "precariousness": "الهشاشة | الفقر",
        "marginalization": "التهميش | الإقصاء الاجتماعي",
        "training_employment": "التشغيل | الإدماج المهني | التكوين المهني",
        "education": "التعليم | التربية | التمدرس | الهدر المدرسي",
        "health": "الصحة",
        "women": "حماية النساء | حقوق النساء | العنف ضد النساء",
        "disability": "الإعاقة",
        "older_persons": "الأشخاص المسنين | الأشخاص المسنون",
        "family": "الأسرة",
        "migration": "الهجرة",
        "research": "البحث العلمي",
    },
}

# Groups of people: the longest name that fits counts. Those under «?» mean nothing without what follows them.
GROUPS = {
    "en": {
        "social_workers": "social protection workers | social workers",
        "out_of_school": "young people out of school | out-of-school children",
        "young_people": "young people | youth",
        "children": "children | pupils",
        "women": "women | girls",
        "families": "families",
        "older_persons": "older persons | elderly people",
        "persons_with_disabilities": "persons with disabilities | people with disabilities",
        "staff": "cadres | employees",
        "service_users": "beneficiaries",
        "trainees": "trainees | graduates | cohorts",
        "partners": "partners",
        "residents": "residents | inhabitants",
        "": "asylum seekers and other aliens | asylum seekers | refugees | migrants | students",
        "members?": "members",
        "service_users?": "users",
    },
    "fr": {
        "social_workers": "travailleurs sociaux | assistants sociaux",
        "out_of_school": "jeunes non scolarisés | jeunes déscolarisés",
        "young_people": "jeunes",
        "children": "enfants | élèves",
        "women": "femmes | filles",
        "families": "familles",
        "older_persons": "personnes âgées",
        "persons_with_disabilities": "personnes handicapées | personnes en situation de handicap",
        "members": "adhérents | adhérentes",
        "staff": "cadres",
        "service_users": "bénéficiaires | usagers",
        "trainees": "promotions | stagiaires | lauréats",
        "institutions?": "établissements",
        "partners": "organismes partenaires | partenaires régionaux",
        "residents": "habitants | riverains",
        "residents?": "population",
        "": "étudiants | migrants | réfugiés",
        "members?": "membres",
    },
    "ar": {
        "social_workers": "العاملين الاجتماعيين | العاملون الاجتماعيون | المساعدين الاجتماعيين",
        "young_people": "الشباب | شباب",
        "children": "الأطفال | أطفال | التلاميذ | الأيتام",
        "women": "النساء | نساء | الفتيات",
        "families": "الأسر | أسر",
        "older_persons": "الأشخاص المسنين | المسنين",
        "persons_with_disabilities": "الأشخاص في وضعية إعاقة | ذوي الإعاقة",
        "members": "منخرطي | المنخرطين | منخرطات",
        "staff": "أطر | الأطر",
        "service_users": "المستفيدين | المستفيدات | مستفيدي",
        "trainees": "المتدربين | الخريجين | خريجي",
        "partners": "الشركاء",
        "residents": "ساكنة | الساكنة | سكان",
        "institutions?": "مؤسسات",
    },
}
FOR = {
    "en": either("for | to | for the benefit of | at the disposal of | in favour of | of"),
    "fr": either("""
        en faveur des | en faveur de | au profit des | au profit de | aux | pour les | à la disposition des |
        au bénéfice des | en faveur d' | destinés aux | destinées aux
    """),
    "ar": either("لفائدة | لصالح | من أجل"),
}
