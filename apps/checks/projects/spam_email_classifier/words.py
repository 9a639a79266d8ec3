"""What mails are made of: words that may tell something, small words, names, parts of domains.

Which of the words tell something, and what, is drawn for each firm, so the list gives no answer
away. All are lower-case and have four letters or more, so that each can be disguised in each way.
"""

_WORDS = """
account advance advice agency agenda agreement airport album amount analysis annual answer apply
approval april archive arrival article assets attached auction audience autumn available award
balance ballet banana bank bargain barrel basket battery beach beauty bedroom benefit bicycle
billing biscuit blanket blend board bonus booking border bottle boxes branch brand bread breeze
bricks bridge broker budget builder bundle butter button buyer cabin cable calendar camera cancel
candle canvas capital captain cargo carpet carrier carton casino castle catalogue ceiling centre
certain chain chair change charge charity cheap cheese chemical choice cinema circle claim class
cleaning click client clinic closing coach coast coffee colour column comfort commerce company
compare complete concert confirm contact contest contract cookie copper corner cotton coupon
courier course cover crate credit cruise crystal curtain customs cutlery damage dealer debit
decision deliver delivery demand deposit depot design desk detail diamond dinner direct discount
display dividend doctor dollar double draft dream drive early earnings easter editor engine
enquiry entry envelope escrow estate euro event exchange exclusive expert export express fabric
factory family fashion fault ferry festival figure final finance finish flight floor flour flower
folder forecast forward freight fresh friday fridge fruit fund furniture future gallery garage
garden genuine gift glass gloves golden goods grain grant gravel guarantee guest guide hammer
handle harbour hardware harvest health helmet herbal hidden holiday honest honey horizon hotel
household import income increase index inside instant insurance interest invest invite invoice
island items jacket january jewel journey juice kettle keyboard kitchen label ladder lamp laptop
launch leather lemon lender letter library licence limited linen liquid loan locker logistics
lottery lounge loyal luggage lumber lunch luxury machine magazine magic margin market master
mattress meadow meal medical meeting member mileage million miracle mirror mobile monday money
monitor mortgage motor mountain museum music nature needle network newsletter notice number oasis
offer office olive online opening option orange orchard order organic oven owner package packing
paint pallet panel paper parcel partner password payment pension pepper perfume permit pharmacy
phone photo picture pillow pilot pipeline pirate plastic platinum please plumber pocket policy
portal position poster poultry powder premium present price printer prize product profile profit
promise proof purchase quality quarter queen quote radio railway ready rebate receipt record
refund region release remedy remote rental repair reply report request reserve result return
reward risk road room rubber safety sale salmon sample saving schedule school screen season secret
secure seller service shelf shipment shoes signal silver sleep slim software solar spare special
spices spring stable stamp station steel stock storage street studio subscribe sugar summer supply
surprise survey swift switch tablet target tariff ticket timber tobacco tools touch tractor trade
trailer training transfer travel treasure treatment trial truck trust tyres unique unlock update
urgent vacation valley value vanilla vehicle velvet vendor verify victory video village vintage
vitamin voucher wallet warehouse warranty watch wealth weekend weight welcome wheel wholesale
window winner winter wireless wood yacht yellow zinc café crème façade fiancé gâteau jalapeño
naïve piñata pâté résumé risqué rosé sauté soufflé soirée touché über étude apéritif attaché blasé
canapé cliché communiqué consommé coupé crêpe décor déjà émigré entrée exposé frappé glacé maître
mêlée noël passé protégé purée señor smörgåsbord
"""
WORDS = tuple(_WORDS.split())
SMALL_WORDS = (
    "and", "are", "but", "can", "for", "from", "has", "have", "here", "into", "more", "not", "now",
    "our", "that", "the", "this", "was", "when", "where", "which", "will", "with", "your",
)  # fmt: skip
FIRST_NAMES = (
    "Anna", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Teresa", "Yusuf",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Bauer", "Costa", "Dubois", "Hansen", "Ivanova", "Kowalski", "Moreau", "Novak",
    "Okafor", "Tanaka", "Yilmaz",
)  # fmt: skip
DOMAIN_STARTS = (
    "alder", "amber", "arc", "birch", "blue", "bright", "cedar", "clear", "delta", "east", "elm",
    "fern", "fox", "grey", "hill", "iron", "kite", "lake", "lark", "north", "oak", "pine", "red",
    "south", "star", "stone", "swan", "wave", "west", "wolf",
)  # fmt: skip
DOMAIN_ENDS = (
    "bay", "brook", "crest", "dale", "field", "ford", "gate", "grove", "land", "line", "mark",
    "mill", "path", "point", "port", "ridge", "side", "ton", "view", "ville", "way", "wick", "yard",
)  # fmt: skip
