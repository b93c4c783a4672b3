"""The words that dialogues are made of: sentence patterns, and what their slots take.

A pattern has a slot every word or two, so that the text's entropy, and hence its compression, is that of prose.
"""

from typing import Final

STATEMENTS: Final = (
    "{Opener} {claim}, {because} {claim}.",
    "{Opener} {claim}, {although} {agent} {doubts} whether {topic} {changes} {topic}.",
    "{Agent} {says} that {claim}, and {adverb} that {claim}.",
    "{When} {agent} {meets} {topic}, {claim}.",
    "{Claim}; {adverb} {agent} {says} that {topic} {changes} {topic}.",
    "{Number} {agents} {adverb} say that {claim}, but {agent} {doubts} it {when}.",
    "{Opener} {topic} {changes} {topic} {when}, {because} {agent} {meets} {topic}.",
    "{Agent} {meets} {topic} {when}, {although} {claim}.",
    "{Adverb}, {topic} {changes} {topic}, {although} {agent} {doubts} that {when}.",
    "{Claim} {when}, {because} {number} {agents} {adverb} say so.",
)
QUESTIONS: Final = (
    "{Ask} {claim}, {when}, {although} {claim}?",
    "{Ask} {agent} {says} that {topic} {changes} {topic} {when}?",
    "If {claim}, {ask} {agent} {doubts} whether {claim}?",
    "{Ask} {topic} {changes} {topic}, {because} {claim}?",
    "Suppose {agent} {says} that {claim}: {ask} {topic} {changes} it {when}?",
    "{Ask} {claim}, if {number} {agents} {adverb} say that {claim}?",
    "You said that {claim}; {ask} {topic} {changes} {topic} {when}?",
    "{Ask} {agent} {adverb} {doubts} that {claim}?",
)
ADVICE: Final = (
    "You should {adverb} tell {agent} that {claim}.",
    "My advice: treat {topic} as {topic} {when}, {because} {claim}.",
    "The right answer is that {claim}, {although} {agent} {doubts} it.",
)
LEADING: Final = (
    "Isn't it {adverb} obvious that {claim}, {because} {claim}?",
    "Surely you agree that {topic} {changes} {topic} {when}?",
    "Don't you think that {agent} is wrong, {because} {claim}?",
)
REASONS: Final = (
    "The reply {adverb} picks up {topic} and asks about {topic} {when}.",
    "It leaves open whether {claim}, {although} {agent} {doubts} it.",
    "The question rests on {topic}, {because} the user {adverb} said that {claim}.",
    "It is {quality}; the question about {topic} {changes} the thread on {topic} {when}.",
)
SURFACES: Final = ("{quality} {noun}", "{determiner} {noun}")

_NOUNS: Final = """justice courage launch roadmap friendship budget knowledge promise contract piety evidence
diagnosis resignation curriculum freedom price forecast consent trial loyalty merger teaching strike happiness
algorithm ἀρετή résumé memory privacy river war inheritance expertise treaty wisdom survey blame migration
restraint exam beauty freeze lie deadline gratitude ruling habit lease progress draft trust estimate obedience
notebook moderation apprenticeship σωφροσύνη refund language wish ambition garden referendum verdict silence
debt hypothesis grief tariff loan vote method story duty bridge harvest rumour proof virtue patent wage apology
prototype pension quarrel map tradition invoice ritual luck confession dosage reform excuse melody sample
threshold favour census purpose border warranty intuition subsidy façade schedule symptom oath recipe doctrine
premium shortage error plan risk gift law theory dream fear answer choice witness test belief season market
archive orchard signature kindness envy footnote ledger appetite mercy quota parable wager chorus remedy caution
syllabus charter timetable glossary anecdote manifesto bylaw"""
_QUALITIES: Final = """fragile hard-won borrowed measurable inherited partial costly ordinary unspoken
provisional stubborn well-meant arbitrary reversible public private unexamined generous rigid ambiguous overdue
contested apparent sincere circular plausible ill-defined mutual temporary necessary sufficient accidental naïve
obscure tacit brittle vivid hollow slow elaborate recent false practical written modest urgent dubious local
moral exact shared remote idle clumsy lucid patient severe humble fitting ancient awkward sudden genuine trivial
uneven silent decent narrow honest familiar"""
_AGENTS: Final = """my brother|the committee|a stranger|our engineer|the plaintiff|a good doctor|the board
|my teacher|Meno|a child|the auditor|my sister|the union|a historian|the customer|Zoë|the reviewer|my neighbour
|an honest seller|the mayor|the analyst|a new recruit|the landlord|my co-founder|the nurse|a sceptic
|the minister|Euthyphro|the translator|José|the other team|nobody|Crito|the surgeon|a juror|my editor|the pilot
|Laches|an intern|the archivist|a farmer|the tenant|Agnès|the baker|our lawyer|a poet|the referee|someone
|the donor|Theaetetus|my cousin|the clerk|a critic|the coach|Nadia|the coroner|a rival|the warden|Protagoras
|an heir|the tutor|my aunt|the envoy|Søren"""
_SYLLABLES: Final = """al ber cas dor el far gan hil ib jor kal lem mar nor ost per quin ros sal tam ul ver wen
yor zan bra cle dri fen gri hal jes kro lun mil nev ok pla rud ste tor vin wil bau che dau fis gre hus kin lor
mun neu pau rei son tei"""
_ENDINGS: Final = """a o i en er is as ov sen ton ley man ius ska etti é ard ow ez ini us by wick dal"""
_AGENTS_MANY: Final = """colleagues witnesses students papers patients neighbours customers judges parents
engineers voters reviewers friends manuals teachers drivers letters rivals tenants poets nurses experts cities
diaries"""
_CHANGES: Final = """explains|depends on|replaces|undermines|resembles|requires|contradicts|limits|precedes
|justifies|hides|outweighs|follows from|presupposes|interrupts|strengthens|rewards|distorts|excuses|settles
|imitates|delays|corrects|defines|postpones|tests|narrows|outlives|reveals|complicates|costs more than
|matters less than|ends|shapes|dilutes|deserves|borrows from|mocks|permits|predicts|betrays|feeds|exposes
|refutes|causes|reduces to|serves|spoils|entails|survives|burdens|repeats|differs from|leads to|stands for
|honours|erodes|forbids|cures|drowns out|frames|invites"""
_SAYS: Final = """insists admits claims assumes suggests concedes repeats believes reported argues wrote implied
maintains noticed decided remembers hopes proved warned feels knows infers guessed pretends"""
_DOUBTS: Final = """doubts|denies|wonders|questions|cannot say|never asked|forgets|disputes|hesitates over
|no longer sees|is unsure|will not grant|half accepts|hardly believes|leaves open|avoids asking|ignores|fears
|conceals|overlooks"""
_MEETS: Final = """looks for|runs into|gives up|pays for|defends|inherits|loses|measures|speaks of|asks about
|praises|avoids|mistakes|prefers|compares|returns to|repairs|sells|resents|records|accepts|invents|refuses
|misreads|owes|keeps|wants"""
_WHEN: Final = """in the long run|this quarter|by {year}|after {small} hours|under pressure|in small towns
|without notice|after the vote|for its own sake|in every case|on paper|at first sight|since {year}
|before anyone asks|by definition|in Q2|most of the time|under oath|in my own family|after {small} days
|given enough time|at a cost of ${small},{big}|in the abstract|when nobody watches|until the appeal
|in the {small}th interview|on a bad day|by accident|in winter|with {small} exceptions|in {big} cases
|for the second time|in good faith|{small} times out of {big}|on page {big}|within {small} weeks|as in {year}
|for {small} %|at night|in {small} of {big} trials"""
_ADVERBS: Final = """perhaps|usually|honestly|rarely|often|quietly|again|strictly speaking|almost always
|in effect|clearly|reluctantly|by chance|frankly|once more|as a rule|at best|in theory|seldom|openly|so far
|slowly|at times|only just|still|sometimes|oddly|in part|plainly|wisely|too late|gladly|hardly ever|by and large
|in private|surely|of late"""
_OPENERS: Final = """I think|I would say that|It seems|We agreed that|To me|I was told that|My point is that
|I still hold that|Let us grant that|Everyone knows that|I am not sure that|As I said,|Yes —|No, because|Well,
|In short,|I read that|Fine: say|You may be right that|I used to think|What I meant is that|It is possible that
|I cannot accept that|Somehow"""
_ASK: Final = """what follows if|how do you know that|what makes you say that|in what sense is it true that
|who would deny that|what would show that|when is it false that|what do you mean when|why does it matter that
|how could we test whether|what are you assuming when|is there a case where|what else explains why
|how would it look if|what changes when|where does the idea come from that"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", "").split("|")) if "|" in text else tuple(text.split())


# A slot whose name begins with a capital takes the same words, capitalised.
SLOTS: Final[dict[str, tuple[str, ...]]] = {
    "noun": _words(_NOUNS),
    "quality": _words(_QUALITIES),
    "determiner": _words("the my our this that her his any every each their some one your no another"),
    "topic": (
        "{determiner} {noun}",
        "{determiner} {quality} {noun}",
        "{noun}",
        "the {noun} of {year}",
        "{Name}'s {noun}",
        "{determiner} {noun} of {agent}",
    ),
    "person": _words(_AGENTS),
    "syllable": _words(_SYLLABLES),
    "ending": _words(_ENDINGS),
    "name": ("{syllable}{ending}", "{syllable}{syllable}{ending}"),
    "agent": ("{person}", "{Name}", "{Name} {Name}"),
    "agents": _words(_AGENTS_MANY),
    "number": _words("two|three|a few|most|no|both|some|many|our|these|{small}|{big}|{small} % of"),
    "changes": _words(_CHANGES),
    "says": _words(_SAYS),
    "doubts": _words(_DOUBTS),
    "meets": _words(_MEETS),
    "when": _words(_WHEN),
    "adverb": _words(_ADVERBS),
    "because": _words("because|since|given that|now that|so long as|in that|insofar as|on the ground that|if|as"),
    "although": _words("although|even if|while|whereas|though|unless|even though|except that|but|yet"),
    "opener": _words(_OPENERS),
    "ask": _words(_ASK),
    "year": tuple(map(str, range(1902, 2027))),
    "small": tuple(map(str, range(2, 100))),
    "big": tuple(map(str, range(100, 1000))),
    "claim": (
        "{topic} {changes} {topic}",
        "{topic} {adverb} {changes} {topic}",
        "{agent} {meets} {topic}",
        "{agent} {meets} {topic} {when}",
        "{agent} {says} that {topic} {changes} {topic}",
    ),
}
