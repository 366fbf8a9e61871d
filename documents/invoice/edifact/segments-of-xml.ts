import { placeOf, type XmlNode } from '../../xml/node.ts';
import type { Segment } from './segments.ts';

/**
 * INVOIC written as XML (ISO 20625): `S_` segments, `C_` composites, `D_` data elements, `G_` groups. Absent elements are
 * left out there, so the segment directory below puts each one back at its position (UN/EDIFACT D.14B, the segments that are read).
 */
const directory: Record<string, string[]> = {
  UNH: ['0062', 'S009:0065,0052,0054,0051,0057'],
  BGM: ['C002:1001,1131,3055,1000', 'C106:1004,1056,1060', '1225', '4343'],
  DTM: ['C507:2005,2380,2379'],
  FTX: ['4451', '4453', 'C107:4441,1131,3055', 'C108:4440,4440,4440,4440,4440', '3453', '4447'],
  RFF: ['C506:1153,1154,1156,1056,1060'],
  GIR: ['7297', 'C206:7402,7405,4405'],
  NAD: ['3035', 'C082:3039,1131,3055', 'C058:3124,3124,3124,3124,3124', 'C080:3036,3036,3036,3036,3036,3045', 'C059:3042,3042,3042,3042', '3164', 'C819:3229,1131,3055,3228', '3251', '3207'],
  FII: ['3035', 'C078:3194,3192,3192,6345', 'C088:3433,1131,3055,3434,1131,3055,3432,3436', '3207'],
  CTA: ['3139', 'C056:3413,3412'],
  COM: ['C076:3148,3155'],
  CUX: ['C504:6347,6345,6343,6348', 'C504:6347,6345,6343,6348', '5402'],
  PYT: ['4279', 'C019:4277,1131,3055,4276', '2475', '2009', '2151', '2152'],
  PAI: ['C534:4439,4431,4461,1131,3055,4435'],
  PCD: ['C501:5245,5482,5249,1131,3055'],
  MOA: ['C516:5025,5004,6345,6343,4405'],
  TAX: ['5283', 'C241:5153,1131,3055,5152', 'C533:5289,1131,3055', '5286', 'C243:5279,1131,3055,5278,5273', '5305', '3446'],
  ALC: ['5463', 'C552:1230,5189', '4471', '1227', 'C214:7161,1131,3055,7160,7160'],
  LOC: ['3227', 'C517:3225,1131,3055,3224'],
  LIN: ['1082', '1229', 'C212:7140,7143,1131,3055', 'C829:5495,1082'],
  PIA: ['4347', ...Array<string>(5).fill('C212:7140,7143,1131,3055')],
  IMD: ['7077', 'C272:7081,1131,3055', 'C273:7009,1131,3055,7008,7008,3453'],
  QTY: ['C186:6063,6060,6411'],
  PRI: ['C509:5125,5118,5375,5387,5284,6411'],
  UNS: ['0081'],
};

/** All segments of the message in document order, whatever group they stand in. */
export function segmentsOfXml(root: XmlNode): Segment[] {
  return root.children.flatMap((child) => (child.name.startsWith('S_') ? [segmentOf(child)] : segmentsOfXml(child)));
}

function segmentOf(node: XmlNode): Segment {
  const tag = node.name.slice(2);
  const left = [...node.children];
  const elements = (directory[tag] ?? []).map((slot) => {
    const [code = '', parts] = slot.split(':');
    const at = left.findIndex((child) => codeOf(child) === code);
    const found = at < 0 ? undefined : left.splice(at, 1)[0];
    if (!parts) return [found?.text ?? ''];
    return valuesOf(found, parts.split(','));
  });
  return { tag, elements, place: placeOf(node) };
}

function valuesOf(composite: XmlNode | undefined, codes: string[]): string[] {
  const left = [...(composite?.children ?? [])];
  return codes.map((code) => {
    const at = left.findIndex((child) => codeOf(child) === code);
    return at < 0 ? '' : (left.splice(at, 1)[0]?.text ?? '');
  });
}

/** `D_3036_2` is the second 3036. */
function codeOf(node: XmlNode): string {
  return node.name.split('_')[1] ?? '';
}
