import { arabicDistance, arabicLetterGap, latinGap, soundCost } from './arabic.ts';
import { bitCount } from './bits.ts';

/** Words of which only masks and counts of their sounds are kept; the sounds themselves are asked for where those leave a doubt. */
export interface ListedSounds {
  /** What to hand back for each word. */
  values: Int32Array;
  masks: Int32Array;
  dear: Uint8Array;
  firm: Uint8Array;
}

export function listSounds(values: ArrayLike<number>, soundsOf: (value: number) => string, areArabic: boolean): ListedSounds {
  return {
    values: Int32Array.from(values),
    masks: Int32Array.from(values, (value) => maskOfSounds(soundsOf(value))),
    dear: Uint8Array.from(values, (value) => count(soundsOf(value), areArabic ? dearArabic : dearLatin)),
    firm: Uint8Array.from(values, (value) => count(soundsOf(value), areArabic ? firmArabic : firmLatin)),
  };
}

function count(sounds: string, counted: Uint8Array): number {
  let found = 0;
  for (let at = 0; at < sounds.length; at++) found += counted[Math.min(otherSound, sounds.charCodeAt(at))]!;
  return found;
}

function maskOfSounds(sounds: string): number {
  let mask = 0;
  for (let at = 0; at < sounds.length; at++) mask |= 1 << bitOf(sounds.charCodeAt(at));
  return mask;
}

/** Sounds that share a bit only make the bounds weaker: each bit counts as the cheapest of its sounds. */
function bitOf(sound: number): number {
  return sound & 31;
}

const soundCodes = Array.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', (sound) => sound.charCodeAt(0));
const bits = 32;
/** Bit of a letter that is in no table, such as a digit of another script. */
const otherSound = 127;
const rounding = 1e-9;


/** Sounds that cost a whole letter without a partner, and those that such a sound of the other side can have as a partner for less. */
const dearArabic = marked((arabic) => arabicLetterGap(arabic, false) >= 1 && arabicLetterGap(arabic, true) >= 1);
const dearLatin = marked((latin) => latinGap(latin) >= 1, false);
const firmArabic = marked((arabic) => soundCodes.some((latin) => dearLatin[latin] === 1 && soundCost(arabic, latin) < 1));
const firmLatin = marked((latin) => soundCodes.some((arabic) => dearArabic[arabic] === 1 && soundCost(arabic, latin) < 1));

function marked(fits: (sound: number) => boolean, otherwise = true): Uint8Array {
  const marks = new Uint8Array(otherSound + 1).fill(otherwise ? 1 : 0);
  for (const sound of soundCodes) marks[sound] = fits(sound) ? 1 : 0;
  return marks;
}

/** The least that one sound costs against a sound of each bit, and that a listed sound of each bit costs without a partner. */
interface Costs {
  pair: (asked: number) => Float64Array;
  listedGap: Float64Array;
}

const ofArabic = costs(true);
const ofLatin = costs(false);

function costs(askedIsArabic: boolean): Costs {
  const pairs = new Map<number, Float64Array>();
  const least = (cost: (sound: number) => number): Float64Array => {
    const found = new Float64Array(bits).fill(1);
    for (const sound of soundCodes) found[bitOf(sound)] = Math.min(found[bitOf(sound)]!, cost(sound));
    found[bitOf(otherSound)] = 0; // letters beyond the table share this bit with others
    return found;
  };
  return {
    pair: (asked) => {
      const known = pairs.get(asked);
      if (known) return known;
      const found = least((listed) => (askedIsArabic ? soundCost(asked, listed) : soundCost(listed, asked)));
      pairs.set(asked, found);
      return found;
    },
    listedGap: least((listed) => (askedIsArabic ? latinGap(listed) : Math.min(arabicLetterGap(listed, false), arabicLetterGap(listed, true)))),
  };
}

/** Cost up to which a partner is near. */
const cheap = 0.3;

/**
 * Hands the value of every word to `visit` whose `arabicDistance` from `asked` is at most `limit`; of `asked` and the words, one side is in Arabic script.
 * Every sound of either side has a partner or none: what each costs at least by the mask of the other side bounds the distance from below.
 */
export function soundsWithin({ values, masks, dear, firm }: ListedSounds, soundsOf: (value: number) => string, asked: string, askedIsArabic: boolean, limit: number, visit: (value: number) => void): void {
  if (asked === '' || values.length === 0) return;
  const { pair, listedGap } = askedIsArabic ? ofArabic : ofLatin;
  const alone = Float64Array.from(listedGap);
  const free = new Int32Array(asked.length);
  const near = new Int32Array(asked.length);
  const nearCost = new Float64Array(asked.length);
  const farCost = new Float64Array(asked.length);
  for (let i = 0; i < asked.length; i++) {
    const sound = asked.charCodeAt(i);
    const pairs = pair(sound);
    const gap = askedIsArabic ? arabicLetterGap(sound, i === asked.length - 1) : latinGap(sound);
    nearCost[i] = gap;
    farCost[i] = gap;
    for (let bit = 0; bit < bits; bit++) {
      const cost = pairs[bit]!;
      if (cost < alone[bit]!) alone[bit] = cost;
      if (cost === 0) free[i]! |= 1 << bit;
      else if (cost <= cheap) {
        near[i]! |= 1 << bit;
        nearCost[i] = Math.min(nearCost[i]!, cost);
      } else farCost[i] = Math.min(farCost[i]!, cost);
    }
  }
  const askedDear = count(asked, askedIsArabic ? dearArabic : dearLatin);
  const askedFirm = count(asked, askedIsArabic ? firmArabic : firmLatin);
  let dearMask = 0;
  for (let bit = 0; bit < bits; bit++) if (alone[bit]! >= 1) dearMask |= 1 << bit;
  for (let at = 0; at < values.length; at++) {
    if (dear[at]! - askedFirm > limit || askedDear - firm[at]! > limit) continue;
    const mask = masks[at]!;
    if (mask === 0 || bitCount(mask & dearMask) > limit) continue;
    let least = 0;
    for (let i = 0; i < free.length && least <= limit; i++) if ((mask & free[i]!) === 0) least += (mask & near[i]!) === 0 ? farCost[i]! : nearCost[i]!;
    if (least > limit + rounding) continue;
    const value = values[at]!;
    const sounds = soundsOf(value);
    if ((askedIsArabic ? arabicDistance(asked, sounds, limit) : arabicDistance(sounds, asked, limit)) <= limit) visit(value);
  }
}
