/**
 * Words so frequent that agreeing on them says little: given names and surnames that thousands of people share, and the generic vocabulary
 * of company names. A fixed table, so that a score never depends on which other entries a list happens to hold.
 */
const personWords = `
muhammad mohammed mohamed mohammad muhammed mohamad ahmad ahmed ali hassan hasan hussein hussain husayn hossein ibrahim yusuf yousef omar umar khalid khaled mahmoud mahmud mustafa abdullah abdallah
karim rahman rahim aziz hamid khan shah gul jan said saeed saleh salih salim ismail hamza bashir ahmadi mohammadi hosseini rashid
kim lee li ri pak park choe choi jong yong chol chong song sung jang zhang wang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding
nguyen tran pham singh kumar sharma devi das
ivan ivanov vladimir alexander aleksandr sergey sergei andrey andrei nikolai dmitry mikhail igor oleg viktor yuri alexey alexei aleksey vladimirovich ivanovich nikolaevich alexandrovich aleksandrovich sergeyevich
jose juan carlos luis antonio manuel francisco pedro miguel jesus garcia rodriguez martinez hernandez lopez gonzalez perez sanchez ramirez torres flores rivera gomez diaz cruz morales reyes gutierrez ortiz ramos maria silva santos
john james robert michael william david richard joseph thomas charles george paul peter mark smith johnson williams brown jones miller davis
anna hans martin jean pierre marie
`;

const organisationWords = `
company group holding holdings international global national general trading trade commercial enterprise enterprises industry industries industrial corporation bank banking finance financial investment investments capital
services service shipping maritime marine transport transportation logistics construction engineering technology technologies technical systems system solutions energy oil gas petroleum petrochemical chemical steel power electric
export import exporters importers agency association foundation charity organization organisation society institute university research development center centre fund trust partners insurance real estate properties
establishment factory plant works office bureau department ministry republic state federal central international first new east west north south middle american european asia asian african
comercial comercializadora inmobiliaria inversiones agropecuaria distribuidora grupo constructora transportes servicios industrias empresa sociedad
torgovy dom zavod predpriyatie gruppa kompaniya bank brigade management consulting
`;

export const commonPersonWords: ReadonlySet<string> = new Set(personWords.trim().split(/\s+/));
export const commonOrganisationWords: ReadonlySet<string> = new Set(organisationWords.trim().split(/\s+/));

/** Abbreviations of organisation names. */
export const abbreviations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    intl: 'international', int: 'international', natl: 'national', nat: 'national', assn: 'association', assoc: 'association', bros: 'brothers', dept: 'department', dev: 'development', engg: 'engineering', eng: 'engineering',
    govt: 'government', ind: 'industries', inst: 'institute', ins: 'insurance', inv: 'investment', mfg: 'manufacturing', mgmt: 'management', mgt: 'management', org: 'organization', pharm: 'pharmaceutical', serv: 'services', svcs: 'services',
    tech: 'technology', trd: 'trading', trdg: 'trading', univ: 'university', est: 'establishment', ent: 'enterprises', exp: 'export', imp: 'import', chem: 'chemical', elec: 'electric', ctr: 'center', fdn: 'foundation',
  }),
);
