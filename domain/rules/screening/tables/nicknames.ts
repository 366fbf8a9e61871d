/** Given names and their short and foreign forms, one group a line (M5). A word may stand in several groups. */
const groups = `
abraham abe avraham ibrahim
albert al bert albrecht
alexander alex alec sasha sascha alejandro aleksandr aleksander alexandre alessandro oleksandr iskander xander sandro
alexandra alex sandra sasha alexa aleksandra oleksandra
alfred alf fred freddy alfredo
ali aly
andrew andy drew andrey andrei andreas andre anders andrzej andrej ondrej
anthony tony anton antonio antoine antoni
barack barry
benjamin ben benny benji bibi binyamin
bernard bernie bernd
carl karl carlos carlo charles charlie chuck karel
catherine kate katherine kathryn kathy cathy katya ekaterina yekaterina catarina katarina caterina
christian chris kristian
christina chris tina kristina christine cristina
christopher chris kit cristobal christoph
claudio claude
daniel dan danny daniil danilo
david dave davy davit dawud daoud dawood
dmitry dima dmitri dmitriy dimitri dmytro
donald don donny
edward ed eddie ted ned teddy eduard eduardo edoardo
elizabeth liz beth betty lisa eliza elisabeth isabel isabella elisaveta yelizaveta bess
emmanuel manuel manny immanuel emanuel
ernest ernie ernesto ernst
eugene gene evgeny yevgeny evgeni yevgeniy evgenii zhenya
ferdinand fernando hernando
francis frank francisco francesco franz francois paco pancho frans
frederick fred freddy frederic friedrich fritz federico fryderyk frederik
gabriel gabe jibril jabril
george georg jorge giorgio yuri yury iouri yuriy jiri georgy georgiy georges goran jurgen jerzy
gerald jerry gerry
gregory greg grigory gregor grigori gregorio grzegorz
harold harry hal
helen elena helena yelena alyona olena ellen
henry hank harry heinrich henri enrique enrico hendrik heinz
igor ihor
isaac ishak ishaq ike yitzhak
jacob jake james jim jimmy jacques diego santiago jakob yaakov yakov yaqub yakub jaime giacomo iago
jennifer jen jenny
jessica jess jessie
johanna joan jane jean ioanna giovanna juana yoanna
john jon johnny jack jean juan joao giovanni ivan ian johann johannes hans jan ioannis yahya jovan ivo jens
jonathan jon jonny yonatan
joseph joe joey jose yusuf giuseppe yosef josef iosif pepe yousef yussef youssef
joshua josh yehoshua
julian julio julius giulio yuliy
lawrence larry lars lorenzo laurence lorenz
leo lev leon leonid leonardo leonard
louis lou luis luigi ludwig lewis lajos
luke lucas luca lukas luka
margaret maggie peggy meg greta margarita margarethe marguerite rita gretchen
maria mary marie mariya marija maryam mariam miriam masha
mark marc marco marcos markus marcus marek
martin marty martino
matthew matt matthias mateo matteo mathieu matvey mateusz
maximilian max maxim maksim
michael mike mick mickey michel miguel michele mikhail mikhael misha mihail mihai mikael michal mykhailo
muhammad mehmet mohd md mamadou maxamed mahomet
natalia natalie natasha nataliya natalya
nicholas nick nicolas nikolai nikolay nicola nikolaus klaus nicky mykola nikola niccolo miklos
olga olya
oscar oskar
patrick pat paddy patricio
paul pavel pablo paolo paulo pavlo pol bulus
peter pete pedro pietro pyotr piotr petr pierre boutros butrus petro petar
philip phil felipe filip philippe filippo
rachel rae raquel
ramon raymond ray raimundo raymundo
rebecca becky
richard rick dick rich ricardo riccardo ricky
robert bob rob bobby roberto robbie bert
ronald ron ronnie
rose rosa rosie
samuel sam sammy shmuel
sarah sara sally sadie
sebastian bastian seb
sergey serge sergei sergio serhiy sergiy serhii sergej
solomon sol suleiman sulayman shlomo sulaiman
stephen steve steven stefan esteban etienne stepan stephan stefano istvan
susan sue suzanne susanna
theodore ted teddy theo fyodor fedor teodoro theodor
thomas tom tommy tomas tommaso tomasz foma
timothy tim timmy timofey
tobias toby
valentin valentine valentino
vasily basil vasiliy vasil wasyl vasyl
victor viktor vittorio vic
vincent vince vinny vincenzo vicente
vladimir vova volodya volodymyr wladimir vlad uladzimir
walter walt wally gualtiero
william bill will billy willy guillermo wilhelm guillaume guglielmo liam
yevgenia eugenia evgenia
zachary zach zachariah zakariya zakaria
`;

/** Spellings of one name that differ by more letters than a slip; they count as the same sound. */
const spellings = `
muhammad mohammed mohamed mohammad muhammed mohamad muhamad mohamud mahamed mohammod muhamed mohmad
hussein husayn hussain hossein husain hossain husein houssein hosein
yusuf yousef yousuf yusef youssef yussuf yousaf youssouf yosuf
abdullah abdallah abdulla abdalla abdellah abdollah
usama osama oussama ussama
umar omar oumar omer
uthman othman osman ousmane usman
said saeed sayeed saied syed
khalid khaled halid
rahman rehman rachman
jamal djamal gamal djamel jamel gamel cemal
jafar djafar gafar jaafar
suleiman sulayman sulaiman soliman solaiman suleyman souleymane
ibrahim ebrahim abrahim ibraheem
mahmud mahmoud mahmood mehmood mahmod
mustafa mostafa moustafa mustapha moustapha
qasim kassim qassem kasim ghassem kacem qasem
qaddafi gaddafi kadafi gadhafi qadhafi gathafi kaddafi khadafy
`;

const spellingOf = new Map(spellings.trim().split('\n').flatMap((line, group) => line.split(' ').map((name): [string, number] => [name, group])));

/** True when two words are listed spellings of one name (`mohamed`, `muhammad`). */
export function areSpellings(a: string, b: string): boolean {
  const group = spellingOf.get(a);
  return group !== undefined && group === spellingOf.get(b);
}

const groupsOfName = new Map<string, number[]>();
groups
  .trim()
  .split('\n')
  .forEach((line, group) => {
    for (const name of line.split(' ')) groupsOfName.set(name, [...(groupsOfName.get(name) ?? []), group]);
  });

/** True when two given names are forms of one name (`ted`, `theodore`). */
export function areNicknames(a: string, b: string): boolean {
  const groupsOfA = groupsOfName.get(a);
  const groupsOfB = groupsOfA && groupsOfName.get(b);
  return !!groupsOfB && groupsOfA.some((group) => groupsOfB.includes(group));
}

/** Numbers of the groups a name stands in; the candidate index uses them as keys. */
export function nicknameGroups(name: string): readonly number[] {
  return groupsOfName.get(name) ?? [];
}

/** Number of the spelling group, for the index. */
export function spellingGroup(name: string): number | undefined {
  return spellingOf.get(name);
}
